import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { compareRanges, LEAST_COMPARED } from '#watch/drift/index.ts';
import type { ComparedColumn, ComparedField } from '#watch/drift/index.ts';
import { CliError } from '../errors.ts';
import type { PlatformClient } from '../platform-client.ts';
import { readCount } from '../read-number.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

interface DriftOptions {
  readonly before: Range;
  readonly after: Range;
  readonly time: string;
  readonly rows: number;
  readonly rate: number;
  readonly purpose?: string;
}

interface Range {
  readonly from: string;
  readonly to: string;
}

type Row = Readonly<Record<string, unknown>>;

/** What of a view has drifted from one range of time to another. */
export function addDriftCommand(program: Command, contextOf: ContextOf): void {
  program
    .command('drift <view>')
    .description('which columns of a view have drifted between two ranges of time, at a declared rate of error')
    .requiredOption('--before <range>', 'FROM..TO, times as in 2026-11-01 or 2026-11-01T06:00:00Z', readRange)
    .requiredOption('--after <range>', 'the same of what is held against it', readRange)
    .option('--time <column>', 'when a row was', 'time')
    .option(
      '--rows <number>',
      'rows of each range at most',
      (word) => readCount(word, '--rows', LEAST_COMPARED, 5_000_000),
      100_000,
    )
    .option('--rate <number>', 'share of the columns named that may be so in error', readRate, 0.05)
    .option('--purpose <purpose>', 'what the answer is for')
    .action(async (view: string, options: DriftOptions, command: Command) => {
      const context = contextOf(command);
      const [before, after] = await context.withPlatform(
        async (client): Promise<readonly [readonly Row[], readonly Row[]]> => [
          await rowsOf(client, view, options.before, options),
          await rowsOf(client, view, options.after, options),
        ],
      );
      for (const [name, rows] of [
        ['--before', before],
        ['--after', after],
      ] as const) {
        if (rows.length < LEAST_COMPARED)
          throw new CliError(
            'CLI_USAGE',
            `Cannot compare: ${name} has ${rows.length} rows, and ${LEAST_COMPARED} are needed`,
          );
        if (rows.length === options.rows)
          context.note(`${name} has more than ${options.rows} rows: those from ${options.rows} on are left out`);
      }
      const fields = compareRanges(columnsOf(before, after, options.time), { rate: options.rate, seed: 1 });
      context.result({ view, rows: [before.length, after.length], rate: options.rate, fields }, () =>
        show(fields, options.rate),
      );
    });
}

function readRange(word: string): Range {
  const [from = '', to = '', ...more] = word.split('..');
  const sound = [from, to].every((time) => /^\d{4}-/.test(time) && !Number.isNaN(Date.parse(time)));
  if (more.length > 0 || !sound || Date.parse(from) >= Date.parse(to))
    throw new CliError('CLI_USAGE', `Cannot use ${word}: it is no range FROM..TO, such as 2026-11-01..2026-11-08`);
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

function readRate(word: string): number {
  const rate = Number(word);
  if (rate > 0 && rate < 1) return rate;
  throw new CliError('CLI_USAGE', `Cannot use --rate ${word}: it is no number between 0 and 1`);
}

async function rowsOf(
  client: PlatformClient,
  view: string,
  { from, to }: Range,
  options: DriftOptions,
): Promise<readonly Row[]> {
  const time = quoted(options.time);
  const body = {
    sql: `SELECT * FROM ${quoted(view)} WHERE ${time} >= '${from}' AND ${time} < '${to}' ORDER BY ${time} LIMIT ${options.rows}`,
    ...(options.purpose === undefined ? {} : { purpose: options.purpose }),
  };
  const reply = await client.stream('POST', '/v1/query', { body, accept: 'application/x-ndjson' });
  const rows: Row[] = [];
  for await (const line of createInterface({ input: reply })) if (line !== '') rows.push(JSON.parse(line) as Row);
  return rows;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** What the platform counts or notes of readings: a number that grows differs from one range to the next by itself. */
const OF_PLATFORM: readonly string[] = ['seq', 'time_given'];

/** Numbers, truths and words of both; times are left out, since they are what the ranges differ in. */
function columnsOf(before: readonly Row[], after: readonly Row[], time: string): readonly ComparedColumn[] {
  const names = Object.keys(before[0] ?? {}).filter(
    (name) => name !== time && !OF_PLATFORM.includes(name) && name in (after[0] ?? {}),
  );
  return names.flatMap((name): ComparedColumn[] => {
    const values = [before, after].map((rows) => rows.map((row) => row[name] ?? null));
    const all = values.flat().filter((value) => value !== null);
    if (all.every((value) => typeof value === 'number' || typeof value === 'boolean')) {
      const [a, b] = values.map((column) =>
        Float64Array.from(column, (value) => (value === null ? NaN : Number(value))),
      );
      return [{ name, before: a!, after: b! }];
    }
    if (all.every((value) => typeof value === 'string' && isTime(value))) return [];
    const [a, b] = values.map((column) => column.map((value) => (value === null ? null : wordOf(value))));
    return [{ name, before: a!, after: b! }];
  });
}

/** What is neither number nor word is told apart by its JSON. */
function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text));
}

function show(fields: readonly ComparedField[], rate: number): string {
  const brief = (value: number): number => Number(value.toPrecision(4));
  const range = (three: ComparedField['before']): string => (three === null ? '' : three.map(brief).join(' · '));
  const drifted = fields.filter((field) => field.drifted).map(({ name }) => name);
  const found =
    drifted.length === 0
      ? 'nothing has drifted'
      : `${drifted.join(', ')} ${drifted.length === 1 ? 'has' : 'have'} drifted`;
  return [
    `${found}; of the columns named at most ${100 * rate} % are expected to be so in error`,
    '',
    formatTable(
      ['column', 'drifted', 'chance', 'PSI', 'KS', 'JS', 'before: 5 · 50 · 95 %', 'after', 'missing before', 'after'],
      fields.map(({ name, drifted: has, chance, psi, ks, js, before, after, missing }) => [
        name,
        has ? 'yes' : 'no',
        brief(chance),
        brief(psi),
        ks === null ? '' : brief(ks),
        brief(js),
        range(before),
        range(after),
        `${brief(100 * missing[0])} %`,
        `${brief(100 * missing[1])} %`,
      ]),
    ),
  ].join('\n');
}
