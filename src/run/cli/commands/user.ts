import type { Command } from 'commander';
import { askFirst, askingFirst, counted } from '../ask-first.ts';
import type { AskOptions } from '../ask-first.ts';
import { findUser } from '../find-user.ts';
import type { UserRow } from '../find-user.ts';
import { readSecretOf } from '../read-secret.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

export function addUserCommand(program: Command, contextOf: ContextOf): void {
  const user = program
    .command('user')
    .description('people: add, invite, list, region, disable, enable, password, token');

  user
    .command('add <name>')
    .description('make a user and print a bearer token, once')
    .requiredOption('--role <role...>', 'roles of the template')
    .action(async (name: string, options: { role: string[] }, command: Command) => {
      const context = contextOf(command);
      const body = { name, roles: options.role };
      const made = await context.withPlatform((client) =>
        client.json<{ user: UserRow; token: string }>('POST', '/v1/users', { body }),
      );
      context.note(`${name} is ${made.user.id} with ${made.user.roles.join(', ')}; the token is shown this once`);
      context.result(made, ({ token }) => `${token}\n`);
      context.next('views --token-file FILE');
    });

  user
    .command('list')
    .description('who may sign in')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { users } = await context.withPlatform((client) => client.json<{ users: UserRow[] }>('GET', '/v1/users'));
      context.result(users, (rows) =>
        formatTable(
          ['id', 'kind', 'name', 'roles', 'status', 'created'],
          rows.map((row) => [row.id, row.kind, row.name, row.roles.join(','), row.status, row.created]),
        ),
      );
    });

  user
    .command('invite <name>')
    .description('give somebody a code to sign in with once, within 15 minutes')
    .option('--role <role...>', 'roles of the template, for somebody new')
    .action(async (name: string, options: { role?: string[] }, command: Command) => {
      const context = contextOf(command);
      const body = { name, roles: options.role ?? [] };
      const made = await context.withPlatform((client) =>
        client.json<{ user: UserRow; code: string; expires: string }>('POST', '/v1/users/invite', { body }),
      );
      context.note(`the code for ${name} is shown this once, counts once, until ${made.expires}`);
      context.result(made, ({ code }) => `${code}\n`);
      context.nextForOthers('login --code');
    });

  user
    .command('region <id> [region]')
    .description('say in which region a user is; without one their roles say')
    .action(async (id: string, region: string | undefined, _options: object, command: Command) => {
      const context = contextOf(command);
      const path = `/v1/users/${encodeURIComponent(id)}/region`;
      const shown = await context.withPlatform((client) =>
        client.json<UserRow>('POST', path, { body: { region: region ?? null } }),
      );
      context.result(shown, () => `${id} is ${region === undefined ? 'where the roles say' : `in ${region}`}\n`);
    });

  for (const verb of ['disable', 'enable'] as const) {
    user
      .command(`${verb} <id>`)
      .description(verb === 'disable' ? 'end a user’s access at their next request' : 'let a disabled user in again')
      .action(async (id: string, _options: object, command: Command) => {
        const context = contextOf(command);
        const row = await context.withPlatform((client) =>
          client.json<UserRow>('POST', `/v1/users/${encodeURIComponent(id)}/${verb}`, { body: {} }),
        );
        context.result(row, () => `${row.id} is ${row.status}\n`);
      });
  }

  askingFirst(user.command('password <name>'))
    .description('set a user’s password, which ends their sessions')
    .option('--password-file <file>', 'the password, instead of being asked for it')
    .action(async (name: string, options: AskOptions & { passwordFile?: string }, command: Command) => {
      const context = contextOf(command);
      if (options.yes !== true) {
        await context.withPlatform(async (client) => {
          const { id } = await findUser(client, name);
          const { sessions } = await client.json<{ sessions: { user: string }[] }>('GET', '/v1/sessions');
          const ends = counted(sessions.filter((one) => one.user === id).length, 'session');
          const goes = `one of before counts no more, and ${ends} would end`;
          await askFirst(context, { deed: `set the password of ${name}`, goes });
        });
      }
      const sources = { file: options.passwordFile, keyboard: process.stdin, ask: context.terminal.err };
      const password = await readSecretOf('password', sources, true);
      const done = await context.withPlatform(async (client) => {
        const { id } = await findUser(client, name);
        const path = `/v1/users/${encodeURIComponent(id)}/password`;
        return client.json<{ user: UserRow; ended: number }>('POST', path, { body: { password } });
      });
      context.result(done, ({ ended }) => `${name} has a password; sessions ended: ${ended}\n`);
      context.nextForOthers(`login ${name}`);
    });

  askingFirst(user.command('token <id>'))
    .description('replace a user’s token and print the new one, once')
    .action(async (id: string, options: AskOptions, command: Command) => {
      const context = contextOf(command);
      const path = `/v1/users/${encodeURIComponent(id)}/token`;
      const made = await context.withPlatform(async (client) => {
        if (options.yes !== true) {
          const { name } = await findUser(client, id);
          const goes = `the token that ${name} has now counts for nothing from the next request on`;
          await askFirst(context, { deed: `replace the token of ${id}`, goes });
        }
        return client.json<{ token: string }>('POST', path, { body: {} });
      });
      context.result(made, ({ token }) => `${token}\n`);
    });
}
