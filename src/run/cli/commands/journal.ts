import type { Command } from 'commander';
import { askFirst, askingFirst } from '../ask-first.ts';
import type { Deed } from '../ask-first.ts';
import { formatBytes } from '../format-bytes.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

interface FileRow {
  readonly file: string;
  readonly reason: string;
  readonly offset: number;
  readonly bytes: number;
  readonly begun: string | null;
}

/** What of the journal cannot be read, and the end of it. */
export function addJournalCommand(program: Command, contextOf: ContextOf): void {
  const journal = program.command('journal').description('what of the journal cannot be read');

  journal
    .command('unread')
    .description('journal files that cannot be read to their end: damaged, or without a key')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { files } = await context.withPlatform((client) =>
        client.json<{ files: FileRow[] }>('GET', '/v1/journal/unread'),
      );
      context.result(files, showFiles);
      const [first] = files;
      if (first === undefined) return;
      context.note(
        'whoever has the key, or the file as it was, puts it back; what was acknowledged may be in nothing else',
      );
      context.next(`journal discard ${first.file}`);
    });

  askingFirst(journal.command('discard <file>'))
    .description('discard one of them, so that erasures need not wait for it: readings in it go unread')
    .action(async (file: string, { yes }: { yes?: boolean }, command: Command) => {
      const context = contextOf(command);
      const discarded = await context.withPlatform(async (client) => {
        if (yes !== true) {
          const { files } = await client.json<{ files: FileRow[] }>('GET', '/v1/journal/unread');
          await askFirst(context, discarding(file, files.find((one) => one.file === file))); // prettier-ignore
        }
        return client.json<FileRow>('POST', `/v1/journal/unread/${encodeURIComponent(file)}/discard`, { body: {} });
      });
      context.result(discarded, ({ bytes }) => `${file} is discarded: ${formatBytes(bytes)} that nobody has read\n`);
      context.next('subject requests');
    });
}

function discarding(file: string, found: FileRow | undefined): Deed {
  if (found === undefined) return { deed: `discard ${file}`, goes: 'it is no journal file that cannot be read here' };
  const since = found.begun === null ? '' : ` of a file that was begun ${found.begun}`;
  return {
    deed: `discard ${file}`,
    goes: `${formatBytes(found.bytes)}${since}, acknowledged readings of any stream in them, would go unread (${found.reason}), and cannot be had back`,
    advice: 'Put back the key, with a newer copy of the catalogue, or the file as it was, if anybody has them',
  };
}

function showFiles(files: readonly FileRow[]): string {
  if (files.length === 0) return 'every journal file can be read\n';
  return formatTable(
    ['file', 'why', 'read up to', 'bytes left', 'begun'],
    files.map(({ file, reason, offset, bytes, begun }) => [file, reason, offset, bytes, begun]),
  );
}
