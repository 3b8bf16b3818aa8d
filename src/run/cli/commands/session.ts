import type { Command } from 'commander';
import { askFirst, askingFirst } from '../ask-first.ts';
import type { AskOptions, Deed } from '../ask-first.ts';
import type { UserRow } from '../find-user.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

export interface SessionRow {
  readonly id: string;
  readonly user: string;
  readonly method: string;
  readonly strength: string;
  readonly address: string;
  readonly created: string;
  readonly expires: string;
  readonly lastUsed: string;
}

/** Sessions of everybody. */
export function addSessionCommand(program: Command, contextOf: ContextOf): void {
  const session = program.command('session').description('sessions: list, revoke');

  session
    .command('list')
    .description('who is signed in, since when, from where')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { sessions, users } = await context.withPlatform(async (client) => ({
        ...(await client.json<{ sessions: SessionRow[] }>('GET', '/v1/sessions')),
        ...(await client.json<{ users: UserRow[] }>('GET', '/v1/users')),
      }));
      const names = new Map(users.map(({ id, name }) => [id, name]));
      context.result(sessions, (rows) =>
        formatTable(
          ['id', 'user', 'by', 'strength', 'from', 'since', 'until', 'last used'],
          rows.map((row) => [
            row.id,
            names.get(row.user) ?? row.user,
            row.method,
            row.strength,
            row.address,
            row.created,
            row.expires,
            row.lastUsed,
          ]),
        ),
      );
    });

  askingFirst(session.command('revoke <id>'))
    .description('end a session, at its next request')
    .action(async (id: string, options: AskOptions, command: Command) => {
      const context = contextOf(command);
      const path = `/v1/sessions/${encodeURIComponent(id)}/revoke`;
      const row = await context.withPlatform(async (client) => {
        if (options.yes !== true) {
          const { sessions } = await client.json<{ sessions: SessionRow[] }>('GET', '/v1/sessions');
          const { users } = await client.json<{ users: UserRow[] }>('GET', '/v1/users');
          await askFirst(context, ending(id, sessions, users));
        }
        return client.json<SessionRow>('POST', path, { body: {} });
      });
      context.result(row, () => `${row.id} is ended\n`);
    });
}

function ending(id: string, sessions: readonly SessionRow[], users: readonly UserRow[]): Deed {
  const found = sessions.find((one) => one.id === id);
  if (found === undefined) return { deed: `revoke ${id}`, goes: 'no session has this id' };
  const who = users.find((one) => one.id === found.user)?.name ?? found.user;
  const which = `the session of ${who} from ${found.address} since ${found.created}`;
  return { deed: `revoke ${id}`, goes: `${which} would end for ever, and they sign in anew` };
}
