import type { Command } from 'commander';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

interface StreamRow {
  readonly stream: string;
  readonly purposes: readonly string[];
  readonly unused: readonly string[];
  readonly basis: string | null;
  readonly every: string | null;
  readonly fields: readonly { readonly name: string; readonly stored: string; readonly purposes: readonly string[] }[];
  readonly leftOut: Readonly<Record<'undeclared' | 'withheld' | 'bytes' | 'folded' | 'foldedBytes', number>>;
}

/** What is collected for what, and what was left out. */
export function addCollectionCommand(program: Command, contextOf: ContextOf): void {
  program
    .command('collection')
    .description('what is stored of each stream and for which purposes, and what was left out on entry')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { streams } = await context.withPlatform((client) =>
        client.json<{ streams: StreamRow[] }>('GET', '/v1/collection'),
      );
      context.result(streams, (rows) => `${showLeftOut(rows)}\n${showFields(rows)}`);
      context.next('query "SELECT * FROM _left_out"');
    });
}

function showLeftOut(streams: readonly StreamRow[]): string {
  return formatTable(
    [
      'stream',
      'used for',
      'unused',
      'undeclared',
      'withheld',
      'bytes left out',
      'one row per',
      'readings folded',
      'bytes folded',
    ],
    streams.map(({ stream, purposes, unused, every, leftOut }) => [
      stream,
      purposes.join(' '),
      unused.join(' '),
      leftOut.undeclared,
      leftOut.withheld,
      leftOut.bytes,
      every ?? 'reading',
      leftOut.folded,
      leftOut.foldedBytes,
    ]),
  );
}

function showFields(streams: readonly StreamRow[]): string {
  return formatTable(
    ['field', 'stored', 'for'],
    streams.flatMap(({ stream, fields }) =>
      fields.map(({ name, stored, purposes }) => [`${stream}.${name}`, stored, purposes.join(' ')]),
    ),
  );
}
