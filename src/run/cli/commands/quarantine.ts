import type { Command } from 'commander';
import { readCount } from '../read-number.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

export interface QuarantineRow {
  readonly id: string;
  readonly device: string;
  readonly stream: string;
  readonly reason: string;
  readonly place: string;
  /** What the template declares of it now; null where that does not explain the refusal. */
  readonly expected: string | null;
  readonly received: string;
  readonly length: number;
}

export function addQuarantineCommand(program: Command, contextOf: ContextOf): void {
  const quarantine = program.command('quarantine').description('refused readings that are kept as evidence');

  quarantine
    .command('list')
    .description('the newest, without their payloads')
    .option('--device <name>')
    .option('--stream <name>')
    .option('--limit <n>', 'at most this many', '50')
    .action(async (options: Record<string, string>, command: Command) => {
      const context = contextOf(command);
      readCount(options['limit'] ?? '', '--limit', 1, 1_000);
      const path = `/v1/quarantine?${new URLSearchParams(options).toString()}`;
      const { readings } = await context.withPlatform((client) =>
        client.json<{ readings: QuarantineRow[] }>('GET', path),
      );
      context.result(readings, (rows) =>
        formatTable(
          ['id', 'device', 'stream', 'reason', 'place', 'expected', 'received', 'bytes'],
          rows.map((row) => [
            row.id,
            row.device,
            row.stream,
            row.reason,
            row.place,
            row.expected ?? '',
            row.received,
            row.length,
          ]),
        ),
      );
    });

  quarantine
    .command('show <id>')
    .description('one refused reading with its payload, control bytes escaped')
    .action(async (id: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const reading = await context.withPlatform((client) =>
        client.json<QuarantineRow & { payload: string }>('GET', `/v1/quarantine/${encodeURIComponent(id)}`),
      );
      context.result(
        reading,
        (row) =>
          `${row.device} ${row.stream} ${row.received}: ${row.reason}${row.place === '' ? '' : ` at ${row.place}`}${row.expected === null ? '' : `, expected ${row.expected}`}\n${row.payload}\n`,
      );
    });
}
