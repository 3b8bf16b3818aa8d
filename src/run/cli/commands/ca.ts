import type { Command } from 'commander';
import { readTextFile } from '../read-text-file.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

interface AuthorityRow {
  readonly role: string;
  readonly generation: number;
  readonly state: string;
  readonly created: string;
  readonly expires: string | null;
  readonly keyHere: boolean;
}

/** Adds `weir ca`: the platform's certificate authorities. */
export function addCaCommand(program: Command, contextOf: ContextOf): void {
  const ca = program.command('ca').description('certificate authorities: list, rotate, request, import');

  ca.command('list')
    .description('root and issuing authorities that count')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { authorities } = await context.withPlatform((client) =>
        client.json<{ authorities: AuthorityRow[] }>('GET', '/v1/authorities'),
      );
      context.result(authorities, (rows) =>
        formatTable(
          ['role', 'generation', 'state', 'created', 'until', 'key'],
          rows.map((row) => [
            row.role,
            String(row.generation),
            row.state,
            row.created,
            row.expires,
            row.keyHere ? 'here' : 'elsewhere',
          ]),
        ),
      );
    });

  ca.command('rotate')
    .description('a new issuing authority signs from now on; what older ones gave stays good')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const made = await context.withPlatform((client) =>
        client.json<AuthorityRow>('POST', '/v1/authorities/rotate', { body: {} }),
      );
      context.result(
        made,
        ({ generation, expires }) => `issuing authority ${generation} signs from now on, until ${expires}\n`,
      );
    });

  ca.command('request')
    .description('print a request for a new issuing authority, for a root whose key is elsewhere to sign')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const made = await context.withPlatform((client) =>
        client.json<{ request: string }>('POST', '/v1/authorities/request', { body: {} }),
      );
      context.result(made, ({ request }) => request);
      context.next('ca import FILE');
    });

  ca.command('import <file>')
    .description('take the certificate that was made for the last request, with its root where that is new')
    .action(async (file: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const body = { certificate: await readTextFile(file) };
      const made = await context.withPlatform((client) =>
        client.json<AuthorityRow>('POST', '/v1/authorities/import', { body }),
      );
      context.result(
        made,
        ({ generation, expires }) => `issuing authority ${generation} signs from now on, until ${expires}\n`,
      );
    });
}
