import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';
import { OutFiles, writingFiles } from '../out-files.ts';
import type { AskOptions } from '../ask-first.ts';

interface Activity {
  readonly name: string;
  readonly kind: string;
  readonly purposes: readonly string[];
  readonly basis: string | null;
  readonly subject: string | null;
  readonly elements: readonly unknown[];
  readonly recipients: readonly { readonly role: string }[];
  readonly region: string | null;
  readonly keep: { readonly mostDays: number | null };
  readonly archive: { readonly place: string; readonly region: string | null; readonly afterDays: number } | null;
}

interface Record {
  readonly activities: readonly Activity[];
  readonly undocumented: readonly { readonly stream: string; readonly column: string }[];
}

/** What is kept, of whom, for what, how long and for whom: the record of processing. */
export function addInventoryCommand(program: Command, contextOf: ContextOf): void {
  writingFiles(program.command('inventory'))
    .description('the record of processing, made from what runs, and the notice for those whom it is about')
    .option('--html <file>', 'write the record there as a page')
    .option('--notice <file>', 'write a notice in plain words there, as a page')
    .action(async (options: AskOptions & { html?: string; notice?: string }, command: Command) => {
      const context = contextOf(command);
      const { html, notice } = options;
      const files = await OutFiles.open(context, options, html, notice);
      const record = await context.withPlatform(async (client) => {
        const page = async (path: string): Promise<string> => text(await client.stream('GET', path));
        if (html !== undefined) await files.write(html, await page('/v1/privacy/record.html'));
        if (notice !== undefined) await files.write(notice, await page('/v1/privacy/notice.html'));
        return client.json<Record>('GET', '/v1/privacy/record');
      });
      context.result(record, showRecord);
      for (const file of [html, notice]) if (file !== undefined) context.note(`wrote ${file}`);
      if (notice === undefined) context.next('inventory --notice notice.html');
    });
}

function showRecord({ activities, undocumented }: Record): string {
  const table = formatTable(
    ['stream', 'purposes', 'basis', 'persons', 'elements', 'recipients', 'region', 'kept at most', 'archive'],
    activities.map(({ name, purposes, basis, subject, elements, recipients, region, keep, archive }) => [
      name,
      purposes.join(', '),
      basis,
      subject,
      elements.length,
      recipients.map(({ role }) => role).join(', '),
      region,
      keep.mostDays === null ? '' : `${keep.mostDays} d`,
      archive === null ? '' : `${archive.place} (${archive.region ?? 'no region'}) after ${archive.afterDays} d`,
    ]),
  );
  const odd = undocumented.map(
    ({ stream, column }) => `undocumented: ${stream}.${column} is stored and not declared\n`,
  );
  return table + odd.join('');
}
