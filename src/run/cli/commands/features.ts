import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { Command } from 'commander';
import { formatMicros, micros } from '#base/core/index.ts';
import type { Class, FieldType } from '#base/core/index.ts';
import type { FeatureRule } from '#declare/template/index.ts';
import { featureTable, gatherPeers, planFeatures } from '#learn/features/index.ts';
import type { FeatureFields, FeatureLine, FeaturePlan } from '#learn/features/index.ts';
import { CliError } from '../errors.ts';
import type { PlatformClient } from '../platform-client.ts';
import { readCount } from '../read-number.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

interface FeatureOptions {
  readonly stream?: string;
  readonly where?: string;
  readonly columns?: readonly string[];
  readonly series: string;
  readonly time: string;
  readonly limit: number;
  readonly purpose?: string;
  readonly format: string;
  readonly out?: string;
  readonly plan?: boolean;
}

interface ViewRow {
  readonly name: string;
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly unit: string | null;
    readonly class: Class;
  }[];
  readonly features: readonly FeatureRule[];
}

const TYPES: ReadonlyMap<string, FieldType> = new Map([
  ['DOUBLE', 'number'],
  ['BIGINT', 'integer'],
  ['VARCHAR', 'text'],
  ['BOOLEAN', 'boolean'],
  ['TIMESTAMP WITH TIME ZONE', 'time'],
]);
/** Columns that every stream has, and what readings of one device are put in order by: as they came. */
const SYSTEM = ['device', 'time', 'received', 'seq', 'time_given', 'via'];
const MOST_ROWS = 100_000_000;

/** What is computed of readings, over the rows of a view that the caller sees. */
export function addFeaturesCommand(program: Command, contextOf: ContextOf): void {
  program
    .command('features <view>')
    .description('features of the rows of a stream or view')
    .option('--plan', 'say what would be computed, and compute nothing')
    .option('--stream <stream>', 'the features that are declared with this stream (default: the view)')
    .option('--where <condition>', 'of rows that meet this condition in SQL alone')
    .option('--columns <name...>', 'of these columns alone')
    .option('--series <column>', 'whose a row is', 'device')
    .option('--time <column>', 'when it was', 'time')
    .option('--limit <number>', 'of so many rows', (word) => readCount(word, '--limit', 1, MOST_ROWS), 1_000_000)
    .option('--purpose <purpose>', 'what they are for, where the view has more than one purpose')
    .option('--format <format>', 'csv or ndjson', 'csv')
    .option('--out <file>', 'write them there')
    .action(async (view: string, options: FeatureOptions, command: Command) => {
      const context = contextOf(command);
      if (options.format !== 'csv' && options.format !== 'ndjson') {
        throw new CliError('CLI_USAGE', `Cannot write ${options.format}: it is neither csv nor ndjson`);
      }
      await context.withPlatform(async (client) => {
        const { found, plan } = await planOf(client, view, options);
        for (const { name, why } of plan.left) context.note(`left out ${name}: ${why}`);
        if (options.plan === true) {
          context.result(plan, showPlan);
          return;
        }
        const rows = ask(client, statementOf(found, plan, options), options.purpose);
        const { series, time } = options;
        const has = (column: string): boolean => found.columns.some(({ name }) => name === column);
        const peers = !plan.features.some(({ feature }) => feature.kind === 'peers')
          ? {}
          : { peers: await gatherPeers(ask(client, statementOf(found, plan, options), options.purpose), plan, { series, time, ...(has('received') ? { received: 'received' } : {}) }) }; // prettier-ignore
        const lines = featureTable(rows, plan, { series, time, ...peers });
        const text = Readable.from(options.format === 'csv' ? csv(lines, plan, options) : ndjson(lines, plan, options));
        if (options.out === undefined) await context.terminal.pipe(text);
        else await pipeline(text, createWriteStream(options.out));
      });
    });
}

async function planOf(
  client: PlatformClient,
  name: string,
  options: FeatureOptions,
): Promise<{ found: ViewRow; plan: FeaturePlan }> {
  const { purpose, columns, series, time } = options;
  const path = `/v1/views${purpose === undefined ? '' : `?purpose=${encodeURIComponent(purpose)}`}`;
  const { views } = await client.json<{ views: ViewRow[] }>('GET', path);
  const named = (wanted: string): ViewRow => {
    const found = views.find((view) => view.name === wanted);
    if (found !== undefined) return found;
    throw new CliError('CLI_USAGE', `Cannot compute features of ${wanted}: there is no such view for you`, {
      hint: 'See npm run -s weir -- views',
    });
  };
  const found = named(name);
  for (const column of [series, time, ...(columns ?? [])]) {
    if (found.columns.some((one) => one.name === column)) continue;
    const known = found.columns.map((one) => one.name).join(', ');
    throw new CliError('CLI_USAGE', `Cannot compute features of ${name}: it has no column ${column}; it has ${known}`);
  }
  const declared = named(options.stream ?? name).features;
  const plan = planFeatures(fieldsOf(found, declared, [series, time]), (column) =>
    columns === undefined ? found.columns.some((one) => one.name === column) : columns.includes(column),
  );
  return { found, plan };
}

/** A view seen as the fields of a stream. */
function fieldsOf(view: ViewRow, declared: readonly FeatureRule[], own: readonly string[]): FeatureFields {
  const fields = view.columns.flatMap(({ name, type, unit, class: cls }) => {
    const known = TYPES.get(type);
    return known === undefined || SYSTEM.includes(name) || own.includes(name)
      ? []
      : [{ name, type: known, unit, class: cls }];
  });
  return { fields, features: new Map(declared.map((rule) => [rule.name, rule])) };
}

/** Rows device after device, each in the order in which its readings came. */
function statementOf({ name, columns }: ViewRow, { inputs, features }: FeaturePlan, options: FeatureOptions): string {
  const has = (column: string): boolean => columns.some((one) => one.name === column);
  const wanted = new Set([
    options.series,
    options.time,
    ...(features.some(({ feature }) => feature.kind === 'peers') ? ['received'].filter(has) : []),
    ...inputs.map(({ name: input }) => input),
  ]);
  const order = [options.series, ...['received', 'seq'].filter(has), options.time];
  const where = options.where === undefined ? '' : ` WHERE (${options.where})`;
  return `SELECT ${[...wanted].map(quoted).join(', ')} FROM ${quoted(name)}${where} ORDER BY ${order.map(quoted).join(', ')} LIMIT ${options.limit}`;
}

async function* ask(
  client: PlatformClient,
  sql: string,
  purpose: string | undefined,
): AsyncGenerator<Record<string, unknown>> {
  const body = { sql, ...(purpose === undefined ? {} : { purpose }) };
  const reply = await client.stream('POST', '/v1/query', { body, accept: 'application/x-ndjson' });
  for await (const line of createInterface({ input: reply })) {
    if (line !== '') yield JSON.parse(line) as Record<string, unknown>;
  }
}

async function* csv(
  lines: AsyncIterable<FeatureLine>,
  plan: FeaturePlan,
  { series, time }: FeatureOptions,
): AsyncGenerator<string> {
  yield `${[series, time, ...plan.features.flatMap(({ columns }) => columns)].map(cell).join(',')}\n`;
  for await (const { series: own, time: when, values } of lines) {
    const cells = Array.from(values, (value) => (Number.isNaN(value) ? '' : String(value)));
    yield `${[cell(own), formatMicros(micros(when)), ...cells].join(',')}\n`;
  }
}

async function* ndjson(
  lines: AsyncIterable<FeatureLine>,
  plan: FeaturePlan,
  { series, time }: FeatureOptions,
): AsyncGenerator<string> {
  const names = plan.features.flatMap(({ columns }) => columns);
  for await (const { series: own, time: when, values } of lines) {
    const row: Record<string, string | number | null> = { [series]: own, [time]: formatMicros(micros(when)) };
    for (const [i, name] of names.entries()) row[name] = Number.isNaN(values[i]!) ? null : values[i]!;
    yield `${JSON.stringify(row)}\n`;
  }
}

/** @see RFC 4180 */
function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function showPlan({ features }: FeaturePlan): string {
  return formatTable(
    ['feature', 'kind', 'unit', 'judged as', 'class', 'from'],
    features.map(({ columns, feature, unit, role, class: cls, declared }) => [
      columns.join(', '),
      feature.kind,
      unit ?? '',
      role,
      cls,
      declared ? 'the template' : 'the types of fields',
    ]),
  );
}
