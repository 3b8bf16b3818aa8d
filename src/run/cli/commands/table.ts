import type { Command } from 'commander';
import { openFile } from '../read-text-file.ts';
import type { ContextOf } from './command.ts';

const TYPES: ReadonlyMap<string, string> = new Map([
  ['csv', 'text/csv'],
  ['json', 'application/json'],
  ['ndjson', 'application/x-ndjson'],
  ['jsonl', 'application/x-ndjson'],
]);

export function addTableCommand(program: Command, contextOf: ContextOf): void {
  program
    .command('table')
    .description('governed reference tables')
    .command('load <table> <file>')
    .description('replace the rows of a declared table by those of a CSV, JSON or NDJSON file')
    .action(async (table: string, file: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const contentType = TYPES.get(file.split('.').at(-1) ?? '') ?? 'text/csv';
      const path = `/v1/tables/${encodeURIComponent(table)}`;
      const body = await openFile(file);
      const loaded = await context.withPlatform((client) =>
        client.json<{ rows: number }>('POST', path, { body, contentType }),
      );
      context.result(loaded, () => `${table} now has ${loaded.rows} rows\n`);
      context.next(`query "select * from ${table} limit 5"`);
    });
}
