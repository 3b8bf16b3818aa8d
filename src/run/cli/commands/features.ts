import { Readable } from 'node:stream';
import type { Command } from 'commander';
import { formatMicros, micros } from '#base/core/index.ts';
import { featureTable, gatherPeers, planFeatures } from '#learn/features/index.ts';
import type { FeatureLine, FeaturePlan } from '#learn/features/index.ts';
import { askRows } from '../ask-rows.ts';
import type { Statement } from '../ask-rows.ts';
import { csvCell } from '../csv-cell.ts';
import { CliError } from '../errors.ts';
import type { PlatformClient } from '../platform-client.ts';
import { readCount } from '../read-number.ts';
import { formatTable } from '../text-table.ts';
import { fieldsOfView, findView, hasColumn, quoteName } from '../view-columns.ts';
import type { ViewRow } from '../view-columns.ts';
import type { ContextOf } from './command.ts';
import { OutFiles, writingFiles } from '../out-files.ts';
import type { AskOptions } from '../ask-first.ts';

interface FeatureOptions extends AskOptions {
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

const MOST_ROWS = 100_000_000;

/** What is computed of readings, over the rows of a view that the caller sees. */
export function addFeaturesCommand(program: Command, contextOf: ContextOf): void {
  writingFiles(program.command('features <view>'))
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
      const files = await OutFiles.open(context, options, options.out);
      await context.withPlatform(async (client) => {
        const { found, plan } = await planOf(client, view, options);
        for (const { name, why } of plan.left) context.note(`left out ${name}: ${why}`);
        if (options.plan === true) {
          context.result(plan, showPlan);
          return;
        }
        const rows = askRows(client, statementOf(found, plan, options), options.purpose);
        const { series, time } = options;
        const peers = !plan.features.some(({ feature }) => feature.kind === 'peers')
          ? {}
          : { peers: await gatherPeers(askRows(client, statementOf(found, plan, options), options.purpose), plan, { series, time, ...(hasColumn(found, 'received') ? { received: 'received' } : {}) }) }; // prettier-ignore
        const lines = featureTable(rows, plan, { series, time, ...peers });
        const text = Readable.from(options.format === 'csv' ? csv(lines, plan, options) : ndjson(lines, plan, options));
        if (options.out === undefined) await context.terminal.pipe(text);
        else await files.write(options.out, text);
      });
    });
}

async function planOf(
  client: PlatformClient,
  name: string,
  options: FeatureOptions,
): Promise<{ found: ViewRow; plan: FeaturePlan }> {
  const { purpose, columns, series, time } = options;
  const what = 'compute features of';
  const found = await findView(client, name, { purpose, what, columns: [series, time, ...(columns ?? [])] });
  const by = options.stream === undefined ? found : await findView(client, options.stream, { purpose, what });
  const plan = planFeatures(fieldsOfView(found, by.features, [series, time]), (column) =>
    columns === undefined ? hasColumn(found, column) : columns.includes(column),
  );
  return { found, plan };
}

/** Rows device after device, each in the order in which its readings came. */
function statementOf(view: ViewRow, { inputs, features }: FeaturePlan, options: FeatureOptions): Statement {
  const has = (column: string): boolean => hasColumn(view, column);
  const wanted = new Set([
    options.series,
    options.time,
    ...(features.some(({ feature }) => feature.kind === 'peers') ? ['received'].filter(has) : []),
    ...inputs.map(({ name: input }) => input),
  ]);
  const order = [options.series, ...['received', 'seq'].filter(has), options.time];
  const where = options.where === undefined ? '' : ` WHERE (${options.where})`;
  const sql = `SELECT ${[...wanted].map(quoteName).join(', ')} FROM ${quoteName(view.name)}${where} ORDER BY ${order.map(quoteName).join(', ')} LIMIT ${options.limit}`;
  return { sql };
}

async function* csv(
  lines: AsyncIterable<FeatureLine>,
  plan: FeaturePlan,
  { series, time }: FeatureOptions,
): AsyncGenerator<string> {
  yield `${[series, time, ...plan.features.flatMap(({ columns }) => columns)].map(csvCell).join(',')}\n`;
  for await (const { series: own, time: when, values } of lines) {
    const cells = Array.from(values, (value) => (Number.isNaN(value) ? '' : String(value)));
    yield `${[csvCell(own), formatMicros(micros(when)), ...cells].join(',')}\n`;
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
