import type { Command } from 'commander';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

export interface UserRow {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly status: string;
  readonly created: string;
}

export function addUserCommand(program: Command, contextOf: ContextOf): void {
  const user = program.command('user').description('people: add, list, disable, token');

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
      context.next('query "select count(*) from …" --token-file FILE');
    });

  user
    .command('list')
    .description('who may sign in')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { users } = await context.withPlatform((client) => client.json<{ users: UserRow[] }>('GET', '/v1/users'));
      context.result(users, (rows) =>
        formatTable(
          ['id', 'name', 'roles', 'status', 'created'],
          rows.map((row) => [row.id, row.name, row.roles.join(','), row.status, row.created]),
        ),
      );
    });

  user
    .command('disable <id>')
    .description('end a user’s access at their next request')
    .action(async (id: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const row = await context.withPlatform((client) =>
        client.json<UserRow>('POST', `/v1/users/${encodeURIComponent(id)}/disable`, { body: {} }),
      );
      context.result(row, () => `${row.id} is ${row.status}\n`);
    });

  user
    .command('token <id>')
    .description('replace a user’s token and print the new one, once')
    .action(async (id: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const path = `/v1/users/${encodeURIComponent(id)}/token`;
      const made = await context.withPlatform((client) => client.json<{ token: string }>('POST', path, { body: {} }));
      context.result(made, ({ token }) => `${token}\n`);
    });
}
