import type { Command } from 'commander';
import { askFirst, askingFirst, counted } from '../ask-first.ts';
import type { AskOptions } from '../ask-first.ts';
import { openFile } from '../read-text-file.ts';
import type { ContextOf } from './command.ts';

const TYPES: ReadonlyMap<string, string> = new Map([
  ['csv', 'text/csv'],
  ['json', 'application/json'],
  ['ndjson', 'application/x-ndjson'],
  ['jsonl', 'application/x-ndjson'],
]);

export function addTableCommand(program: Command, contextOf: ContextOf): void {
  const tables = program.command('table').description('governed reference tables');
  askingFirst(tables.command('load <table> <file>'), 'do not ask where it has rows, which are replaced')
    .description('replace the rows of a declared table by those of a CSV, JSON or NDJSON file')
    .action(async (table: string, file: string, options: AskOptions, command: Command) => {
      const context = contextOf(command);
      const contentType = TYPES.get(file.split('.').at(-1) ?? '') ?? 'text/csv';
      const path = `/v1/tables/${encodeURIComponent(table)}`;
      await using body = await openFile(file);
      const loaded = await context.withPlatform(async (client) => {
        if (options.yes !== true) {
          const { rows } = await client.json<{ rows: number }>('GET', path);
          const goes = `the ${counted(rows, 'row')} that it has would go for good`;
          if (rows > 0) await askFirst(context, { deed: `load ${table}`, goes });
        }
        return client.json<{ rows: number }>('POST', path, { body, contentType });
      });
      context.result(loaded, () => `${table} now has ${loaded.rows} rows\n`);
      context.next(`query "select * from ${table} limit 5"`);
    });
}
