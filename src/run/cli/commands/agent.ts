import type { Command } from 'commander';
import { askFirst, askingFirst } from '../ask-first.ts';
import type { AskOptions } from '../ask-first.ts';
import { keyGoing } from '../key-going.ts';
import { readCount } from '../read-number.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';
import { scopeText } from './service.ts';
import type { KeyRow } from './service.ts';

type AgentRow = KeyRow & { readonly agent: readonly string[] | null };

interface AddOptions {
  readonly days: string;
  readonly role?: readonly string[];
  readonly action?: readonly string[];
  readonly view?: readonly string[];
  readonly purpose?: readonly string[];
}

const MOST_DAYS = 90;

/** Software that acts for a person: made, seen and ended by that person, as whom `--token-file` signs in. */
export function addAgentCommand(program: Command, contextOf: ContextOf): void {
  const agent = program.command('agent').description('software that acts for you: add, list, revoke');

  agent
    .command('add <name>')
    .description('make a key for software that acts for you, and print it, once')
    .option('--days <n>', 'days that it counts', '30')
    .option('--role <role...>', 'with these roles of yours only')
    .option('--action <action...>', 'good for these actions only')
    .option('--view <view...>', 'good for these streams, tables and views only')
    .option('--purpose <purpose...>', 'good for these purposes only')
    .action(async (name: string, options: AddOptions, command: Command) => {
      const context = contextOf(command);
      const { role, action, view, purpose } = options;
      const body = {
        name,
        days: readCount(options.days, '--days', 1, MOST_DAYS),
        ...(role === undefined ? {} : { roles: [...role] }),
        ...(action === undefined ? {} : { actions: [...action] }),
        ...(view === undefined ? {} : { views: [...view] }),
        ...(purpose === undefined ? {} : { purposes: [...purpose] }),
      };
      const made = await context.withPlatform((client) =>
        client.json<{ agent: AgentRow; secret: string }>('POST', '/v1/me/agents', { body }),
      );
      context.note(`${made.agent.id} acts for you until ${made.agent.expires}; the key is shown this once`);
      context.result(made, ({ secret }) => `${secret}\n`);
      context.next('agent list');
    });

  agent
    .command('list')
    .description('software that acts for you, what for, when last used')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { agents } = await context.withPlatform((client) =>
        client.json<{ agents: AgentRow[] }>('GET', '/v1/me/agents'),
      );
      context.result(agents, (rows) =>
        formatTable(
          ['id', 'name', 'status', 'roles', 'good for', 'expires', 'last used'],
          rows.map((row) => [
            row.id,
            row.name,
            row.status,
            (row.agent ?? []).join(', '),
            scopeText(row),
            row.expires,
            row.lastUsed ?? 'never',
          ]),
        ),
      );
    });

  askingFirst(agent.command('revoke <id>'))
    .description('end it, at its next request')
    .action(async (id: string, options: AskOptions, command: Command) => {
      const context = contextOf(command);
      const row = await context.withPlatform(async (client) => {
        if (options.yes !== true) {
          const { agents } = await client.json<{ agents: AgentRow[] }>('GET', '/v1/me/agents');
          await askFirst(context, keyGoing(id, agents));
        }
        return client.json<AgentRow>('POST', `/v1/me/agents/${encodeURIComponent(id)}/revoke`, { body: {} });
      });
      context.result(row, () => `${row.id} is ${row.status}\n`);
    });
}
