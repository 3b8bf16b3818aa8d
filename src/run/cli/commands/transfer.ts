import type { Command } from 'commander';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

interface TransferRow {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly mechanism: string;
  readonly document: string;
  readonly expires: string;
  readonly recorded: string;
  readonly ended: string | null;
}

interface RecordOptions {
  readonly from: string;
  readonly to: string;
  readonly mechanism: string;
  readonly document: string;
  readonly until: string;
}

/** The register of transfers between regions. */
export function addTransferCommand(program: Command, contextOf: ContextOf): void {
  const transfer = program.command('transfer').description('what lets data out of their region: record, list, end');

  transfer
    .command('record')
    .description('record that data of one region may be given to who is in another')
    .requiredOption('--from <region>', 'where the data stay')
    .requiredOption('--to <region>', 'where they may be given')
    .requiredOption(
      '--mechanism <name>',
      'what allows it: adequacy, standard-clauses, binding-rules, certification, derogation',
    )
    .requiredOption('--document <text>', 'where that is written down')
    .requiredOption('--until <time>', 'when it ends (RFC 3339)')
    .action(async ({ until, ...options }: RecordOptions, command: Command) => {
      const context = contextOf(command);
      const made = await context.withPlatform((client) =>
        client.json<TransferRow>('POST', '/v1/transfers', { body: { ...options, expires: until } }),
      );
      context.result(
        made,
        ({ id, from, to }) => `${id} lets data of ${from} be given to ${to} until ${made.expires}\n`,
      );
      context.next(`transfer end ${made.id}`);
    });

  transfer
    .command('list')
    .description('transfers, those that ended included')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { transfers } = await context.withPlatform((client) =>
        client.json<{ transfers: TransferRow[] }>('GET', '/v1/transfers'),
      );
      context.result(transfers, (rows) =>
        rows.length === 0
          ? 'nothing is recorded: data stay in their regions\n'
          : formatTable(
              ['id', 'from', 'to', 'mechanism', 'document', 'until', 'ended'],
              rows.map(({ id, from, to, mechanism, document, expires, ended }) => [
                id,
                from,
                to,
                mechanism,
                document,
                expires,
                ended,
              ]),
            ),
      );
    });

  transfer
    .command('end <transfer>')
    .description('end a transfer: it counts no more from the next decision on')
    .action(async (id: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const path = `/v1/transfers/${encodeURIComponent(id)}/end`;
      const ended = await context.withPlatform((client) => client.json('POST', path, { body: {} }));
      context.result(ended, () => `${id} is ended\n`);
      context.next('transfer list');
    });
}
