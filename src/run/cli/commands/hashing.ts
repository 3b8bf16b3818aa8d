import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { BUCKETS, systemRandom } from '#base/crypto/index.ts';
import { measureHashing } from '#learn/features/index.ts';
import type { HashingReport } from '#learn/features/index.ts';
import { readCount } from '../read-number.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

interface HashingOptions {
  readonly buckets: number;
  readonly target?: string;
  readonly limit: number;
  readonly purpose?: string;
}

/** Each key gives other collisions; the mean and the worst of so many are told. */
const KEYS = 5;
const KEY_BYTES = 32;

/** What a `bucket:N` mask of a column would cost: collisions, and the quality of a model. */
export function addHashingCommand(program: Command, contextOf: ContextOf): void {
  program
    .command('hashing <view> <column>')
    .description('what it costs to see a column hashed into buckets: collisions, and what a model loses')
    .option(
      '--buckets <number>',
      'how many there would be',
      (word) => readCount(word, '--buckets', BUCKETS.least, BUCKETS.greatest),
      1_024,
    )
    .option('--target <column>', 'what a model tells from it, to measure how much worse it does')
    .option('--limit <number>', 'rows to measure on', (word) => readCount(word, '--limit', 10, 5_000_000), 200_000)
    .option('--purpose <purpose>', 'what they are for, where the view has more than one purpose')
    .action(async (view: string, column: string, options: HashingOptions, command: Command) => {
      const context = contextOf(command);
      const { target, buckets, limit, purpose } = options;
      const columns = [column, ...(target === undefined ? [] : [target])].map(quoted).join(', ');
      const sql = `SELECT ${columns} FROM ${quoted(view)} WHERE ${quoted(column)} IS NOT NULL LIMIT ${limit}`;
      const categories: string[] = [];
      const targets: (number | string | null)[] = [];
      await context.withPlatform(async (client) => {
        const body = { sql, ...(purpose === undefined ? {} : { purpose }) };
        const reply = await client.stream('POST', '/v1/query', { body, accept: 'application/x-ndjson' });
        for await (const line of createInterface({ input: reply })) {
          if (line === '') continue;
          const row = JSON.parse(line) as Readonly<Record<string, string | number | boolean | null>>;
          categories.push(String(row[column]));
          const value = target === undefined ? null : (row[target] ?? null);
          targets.push(typeof value === 'boolean' ? String(value) : value);
        }
      });
      const keys = Array.from({ length: KEYS }, () => systemRandom.bytes(KEY_BYTES));
      const report = measureHashing(categories, target === undefined ? null : targets, buckets, keys);
      context.result(report, (measured) => showReport(measured, column, target));
    });
}

function showReport(report: HashingReport, column: string, target: string | undefined): string {
  const { rows, categories, buckets, collided, rowsCollided, quality } = report;
  const brief = (value: number): string => Number(value.toPrecision(3)).toString();
  const head = `${categories} categories of ${column} in ${rows} rows, into ${buckets} buckets, under ${KEYS} keys\n`;
  const lines: [string, string][] = [
    ['categories that share a bucket', `${brief(collided.mean)}, at most ${collided.most}`],
    ['as many as chance has it', brief(collided.expected)],
    ['rows of them', `${brief(100 * rowsCollided)} %`],
  ];
  if (quality !== null && target !== undefined) {
    lines.push(
      [`${target} told from the category, ${quality.measure}`, brief(quality.exact)],
      ['from its bucket', brief(quality.hashed)],
      ['without either', brief(quality.blind)],
      ['lost by hashing', `${brief(quality.loss)}, at most ${brief(quality.mostLoss)}`],
    );
  }
  return `${head}${formatTable(['what', 'is'], lines)}`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
