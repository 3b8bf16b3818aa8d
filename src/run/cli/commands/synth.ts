import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { CLASSES } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { seedRandom } from '#learn/features/index.ts';
import { drawRows, seriesTable, synthesise } from '#learn/models/index.ts';
import type { CountedColumn, SeriesTable, SyntheticReport } from '#learn/models/index.ts';
import { CliError } from '../errors.ts';
import type { PlatformClient } from '../platform-client.ts';
import { readCount } from '../read-number.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';
import { OutFiles, writingFiles } from '../out-files.ts';
import type { AskOptions } from '../ask-first.ts';

interface SynthOptions extends AskOptions {
  readonly rows: number;
  readonly out: string;
  readonly report?: string;
  readonly cause: readonly string[];
  readonly series: string;
  readonly time: string;
  readonly learn: number;
  readonly purpose?: string;
  readonly epsilon?: string;
}

interface ViewRow {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly class: string }[];
}

const MOST_ROWS = 100_000_000;
const BINS = 32;

/** Synthetic rows of a view: learnt from the rows that the caller sees, or from counts with noise of a private view. */
export function addSynthCommand(program: Command, contextOf: ContextOf): void {
  writingFiles(program.command('synth <view>'))
    .description(
      'make rows that look like those of a view and are nobody’s, with a report of what they are worth and give away',
    )
    .requiredOption('--rows <number>', 'how many', (value) => readCount(value, '--rows', 1, MOST_ROWS))
    .requiredOption('--out <file>', 'write them there, as CSV')
    .option('--report <file>', 'write the report there, as JSON')
    .option('--cause <pair...>', 'what never comes before what: CAUSE:EFFECT, columns of true and false', [])
    .option('--series <column>', 'whose a row is', 'device')
    .option('--time <column>', 'when it was', 'time')
    .option(
      '--learn <number>',
      'rows to learn from at most',
      (value) => readCount(value, '--learn', 200, 5_000_000),
      200_000,
    )
    .option('--epsilon <number>', 'make them out of counts with noise of a private view, at this cost of its budget')
    .option('--purpose <purpose>', 'what the rows are for')
    .action(async (view: string, options: SynthOptions, command: Command) => {
      const context = contextOf(command);
      const causes = options.cause.map(readCause);
      const files = await OutFiles.open(context, options, options.out, options.report);
      const seed = new DataView(systemRandom.bytes(4).buffer).getUint32(0);
      if (options.epsilon !== undefined) {
        const columns = await context.withPlatform((client) => countColumns(client, view, options));
        await files.write(options.out, drawnLines(columns, options.rows, seed));
        const report = {
          view,
          rows: options.rows,
          epsilon: Number(options.epsilon),
          columns: columns.map(({ name }) => name),
        };
        if (options.report !== undefined) await files.write(options.report, `${JSON.stringify(report, null, 2)}\n`);
        context.result(
          report,
          () =>
            `${options.rows} rows of ${report.columns.join(', ')} are in ${options.out}; the budget paid ε ${options.epsilon}\n`,
        );
        context.next('privacy');
        return;
      }
      const { rows, persons } = await context.withPlatform(async (client) => ({
        persons: await namesOfPersons(client, view, options),
        rows: await fetchRows(client, view, options),
      }));
      const { table, left } = seriesTable(rows, { series: options.series, time: options.time, persons });
      if (left.length > 0)
        context.note(`left out, since they count, each row has values of its own, or none has any: ${left.join(', ')}`);
      const { made, report } = synthesise(table, { rows: options.rows, causes, seed });
      await files.write(options.out, madeLines(made, options));
      if (options.report !== undefined) await files.write(options.report, `${JSON.stringify(report, null, 2)}\n`);
      context.result(report, showReport);
    });
}

function readCause(pair: string): readonly [string, string] {
  const [cause, effect, ...more] = pair.split(':');
  if (cause === undefined || effect === undefined || cause === '' || effect === '' || more.length > 0)
    throw new CliError('CLI_USAGE', `Cannot use --cause ${pair}: it is not CAUSE:EFFECT`);
  return [cause, effect];
}

async function fetchRows(
  client: PlatformClient,
  view: string,
  options: SynthOptions,
): Promise<readonly Record<string, unknown>[]> {
  return ask(client, `SELECT * FROM ${quoted(view)} LIMIT ${options.learn}`, options);
}

async function ask(
  client: PlatformClient,
  sql: string,
  { purpose }: Pick<SynthOptions, 'purpose'>,
  epsilon?: number,
): Promise<readonly Record<string, unknown>[]> {
  const body = { sql, ...(purpose === undefined ? {} : { purpose }), ...(epsilon === undefined ? {} : { epsilon }) };
  const reply = await client.stream('POST', '/v1/query', { body, accept: 'application/x-ndjson' });
  const rows: Record<string, unknown>[] = [];
  for await (const line of createInterface({ input: reply }))
    if (line !== '') rows.push(JSON.parse(line) as Record<string, unknown>);
  return rows;
}

async function findView(
  client: PlatformClient,
  view: string,
  { purpose }: Pick<SynthOptions, 'purpose'>,
): Promise<ViewRow | undefined> {
  const path = `/v1/views${purpose === undefined ? '' : `?purpose=${encodeURIComponent(purpose)}`}`;
  const { views } = await client.json<{ views: ViewRow[] }>('GET', path);
  return views.find(({ name }) => name === view);
}

/** Columns whose labels may stand for somebody, tokens included: all that are personal or stricter. */
async function namesOfPersons(
  client: PlatformClient,
  view: string,
  options: SynthOptions,
): Promise<ReadonlySet<string>> {
  const columns = (await findView(client, view, options))?.columns ?? [];
  const isStrict = (of: string): boolean => CLASSES.findIndex((each) => each === of) >= CLASSES.indexOf('personal');
  return new Set(columns.filter(({ class: of }) => isStrict(of)).map(({ name }) => name));
}

/** Counts of each column of a private view that can be counted; ε is shared out over them. */
async function countColumns(
  client: PlatformClient,
  view: string,
  options: SynthOptions,
): Promise<readonly CountedColumn[]> {
  const epsilon = Number(options.epsilon);
  if (!(epsilon > 0))
    throw new CliError('CLI_USAGE', `Cannot use --epsilon ${options.epsilon}: it is no number above 0`);
  const found = await findView(client, view, options);
  if (found === undefined)
    throw new CliError('CLI_USAGE', `Cannot make rows of ${view}: there is no such view for you`);
  const countable = found.columns.filter(({ type }) => !type.startsWith('TIMESTAMP'));
  const columns: CountedColumn[] = [];
  for (const { name, type } of countable) {
    const numeric = type === 'DOUBLE' || type === 'BIGINT';
    const sql = numeric
      ? `SELECT histogram(${quoted(name)}, ${BINS}) FROM ${quoted(view)}`
      : `SELECT ${quoted(name)} AS value, count(*) AS count FROM ${quoted(view)} GROUP BY ${quoted(name)}`;
    const rows = await ask(client, sql, options, epsilon / countable.length).catch((error: unknown) => {
      // A column without bounds or keys cannot be counted; everything else is told.
      if (/has no (bounds|keys)/.test(String(error))) return null;
      throw error;
    });
    if (rows === null) continue;
    const cells = rows.map((row) => ({
      value: (row['value'] ?? null) as string | boolean | null,
      from: Number(row['bin_from'] ?? 0),
      to: Number(row['bin_to'] ?? 0),
      count: Number(row['count']),
    }));
    columns.push({ name, cells, whole: type === 'BIGINT' });
  }
  if (columns.length === 0)
    throw new CliError('CLI_USAGE', `Cannot make rows of ${view}: none of its columns has bounds or keys`);
  return columns;
}

function* drawnLines(columns: readonly CountedColumn[], rows: number, seed: number): Generator<string> {
  yield `${columns.map(({ name }) => cell(name)).join(',')}\n`;
  for (const row of drawRows(columns, rows, seedRandom(seed)))
    yield `${columns.map(({ name }) => cell(row[name] ?? null)).join(',')}\n`;
}

function* madeLines({ rows, series, time, columns }: SeriesTable, options: SynthOptions): Generator<string> {
  yield `${[options.series, options.time, ...columns.map(({ name }) => name)].map((name) => cell(name)).join(',')}\n`;
  for (let row = 0; row < rows; row += 1) {
    const values = columns.map(({ labels, values: of }) => {
      const value = of[row] ?? NaN;
      return Number.isNaN(value) ? null : labels === null ? value : (labels[value] ?? null);
    });
    const when = new Date((time[row] ?? 0) / 1_000).toISOString();
    yield `${[`synthetic-${(series[row] ?? 0) + 1}`, when, ...values].map((value) => cell(value)).join(',')}\n`;
  }
}

/** @see RFC 4180 */
function cell(value: string | number | boolean | null): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function showReport({ rows, utility, leakage, redrawn }: SyntheticReport & { readonly redrawn: number }): string {
  const share = (value: number): string => value.toFixed(3);
  const worst = utility.worstPair;
  const lines: (readonly [string, string | number, string])[] = [
    ...Object.entries(utility.marginals).map(([name, distance]): [string, string, string] => [
      `spread of ${name}`,
      share(distance),
      '0 where alike',
    ]),
    ['correlations', share(utility.correlations), '0 where alike'],
    ...(worst === null
      ? []
      : [[`of these the worst, ${worst.columns.join(' with ')}`, share(worst.difference), '0 where alike'] as const]),
    ['from one reading to the next', share(utility.steps), '0 where alike'],
    ['by hour of the day', share(utility.season), '0 where alike'],
    ['effects before their cause', utility.effectsBeforeCause, 'none'],
    ['nearer to a learnt row', share(leakage.nearerToLearnt), 'a half where nothing was copied'],
    ['membership told', share(leakage.membership), 'a half tells nothing'],
    ['near-copies of rare rows', leakage.nearRare, 'none'],
    ['drawn again', redrawn, `of ${rows.made}, for they came near to one of ${leakage.rareRows} rare rows`],
  ];
  return `${formatTable(['what', 'is', 'should be'], lines)}learnt from ${rows.learnt} rows, held against ${rows.held}\n`;
}
