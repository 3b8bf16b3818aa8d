import { Readable } from 'node:stream';
import type { Command } from 'commander';
import { parseRfc3339, systemClock } from '#base/core/index.ts';
import { DETECTOR_KINDS, DETECTOR_NAMES, kindsNamed, nearestWord, parseBudget } from '#declare/template/index.ts';
import type { Detection, DetectorChoice } from '#declare/template/index.ts';
import { judgeAnswer, planDetection } from '#watch/detect/index.ts';
import type { AnswerShape, JudgedRows, JudgedStream, WatchPlan } from '#watch/detect/index.ts';
import { GatheredAlerts } from '#watch/respond/index.ts';
import type { CommandContext } from '../command-context.ts';
import { alertTable, scoreTable } from '../detect/judged-rows.ts';
import { TABLE_FORMATS, writeRows } from '../detect/write-rows.ts';
import type { RowTable } from '../detect/write-rows.ts';
import { CliError } from '../errors.ts';
import { askRows } from '../ask-rows.ts';
import { readCount } from '../read-number.ts';
import { fieldsOfView, findView, hasColumn, quoteName } from '../view-columns.ts';
import type { ViewRow } from '../view-columns.ts';
import type { ContextOf } from './command.ts';
import { OutFiles, writingFiles } from '../out-files.ts';
import type { AskOptions } from '../ask-first.ts';

interface DetectOptions extends AskOptions {
  readonly stream?: string;
  readonly from?: string;
  readonly to?: string;
  readonly device?: string;
  readonly where?: string;
  readonly series: string;
  readonly time: string;
  readonly detectors?: readonly string[];
  readonly budget?: string;
  readonly scores?: true;
  readonly limit: number;
  readonly purpose?: string;
  readonly format?: string;
  readonly out?: string;
}

const MOST_ROWS = 100_000_000;

/** Judges the past as the watch judges what comes: the same detectors, over the rows of a view that the caller sees. */
export function addDetectCommand(program: Command, contextOf: ContextOf): void {
  writingFiles(program.command('detect <view>'))
    .description('judge the past of a stream or view as the watch would have')
    .option('--from <time>', 'rows from this time on (RFC 3339)')
    .option('--to <time>', 'rows before this time')
    .option('--device <name>', 'of this device')
    .option('--where <condition>', 'of rows that meet this condition in SQL alone')
    .option('--stream <stream>', 'by what is declared to be detected on this stream (default: the view)')
    .option('--detectors <kind...>', 'by these kinds of detectors, or groups of them')
    .option('--budget <words>', 'with this budget, such as "1 false alarm per device per week"')
    .option('--scores', 'print what each detector said of each row, not alerts')
    .option('--series <column>', 'whose a row is', 'device')
    .option('--time <column>', 'when it was', 'time')
    .option('--limit <number>', 'of so many rows', (word) => readCount(word, '--limit', 1, MOST_ROWS), 1_000_000)
    .option('--purpose <purpose>', 'what they are for, where the view has more than one purpose')
    .option('--format <format>', `one of ${TABLE_FORMATS.join(', ')} (default: table, or json with --json)`)
    .option('--out <file>', 'write them there')
    .action(async (name: string, options: DetectOptions, command: Command) => {
      const context = contextOf(command);
      const format = options.format ?? (context.options.json === true ? 'json' : 'table');
      if (!TABLE_FORMATS.includes(format)) {
        throw new CliError('CLI_USAGE', `Cannot write ${format}: it is none of ${TABLE_FORMATS.join(', ')}`);
      }
      const files = await OutFiles.open(context, options, options.out);
      await context.withPlatform(async (client) => {
        const { purpose } = options;
        const view = await findView(client, name, { purpose, what: 'judge', columns: [options.series, options.time] });
        const by =
          options.stream === undefined ? view : await findView(client, options.stream, { purpose, what: 'judge by' });
        const plan = planOf(context, view, by, options);
        const shape = shapeOf(view, options);
        const rows = askRows(client, statementOf(view, shape, options), purpose);
        const judged = judgeAnswer(rows, shape, plan, { scored: options.scores === true });
        const table =
          options.scores === true
            ? scoreTable(judged, namesOf(plan), options.series, options.time)
            : await alertsOf(context, judged, options.limit);
        const text = Readable.from(writeRows(table, format));
        if (options.out === undefined) await context.terminal.pipe(text);
        else await files.write(options.out, text);
      });
    });
}

/** What judges the rows: what is declared of the stream, but for what is said otherwise here. */
function planOf(context: CommandContext, view: ViewRow, by: ViewRow, options: DetectOptions): WatchPlan {
  const { fields, features } = fieldsOfView(view, by.features, [options.series, options.time]);
  const ranges = by.detection?.ranges ?? {};
  const stream: JudgedStream = {
    name: view.name,
    from: [],
    ...(by.detection?.type === 'flow' ? { type: 'flow' as const } : {}),
    fields: fields.map((field) => ({ ...field, range: ranges[field.name] ?? null })),
    ...(features.size === 0 ? {} : { features }),
  };
  const declared: Detection = by.detection?.declared ?? { stream: view.name, budget: null };
  if (by.detection?.declared === undefined || by.detection.declared === null) {
    context.note(`nothing is declared to be detected on ${by.name}: the standard detectors judge`);
  }
  const detectors = options.detectors === undefined ? declared.detectors : choicesOf(options.detectors);
  const numbers = fields.filter(({ type }) => type === 'number' || type === 'integer').length;
  const able = detectors?.filter(({ kind }) => {
    const isAble = (DETECTOR_KINDS[kind]?.numbers ?? 1) <= numbers;
    if (!isAble) context.note(`left out ${kind}: it takes two numbers, and you see ${numbers}`);
    return isAble;
  });
  const { detectors: _, ...rest } = declared;
  return planDetection(stream, {
    ...rest,
    stream: view.name,
    ...(able === undefined ? {} : { detectors: able }),
    ...(options.budget === undefined ? {} : { budget: budgetOf(options.budget) }),
  });
}

function choicesOf(names: readonly string[]): readonly DetectorChoice[] {
  const all = names.flatMap((name) => name.split(',')).filter((name) => name !== '');
  for (const name of all) {
    if (DETECTOR_NAMES.includes(name)) continue;
    const near = nearestWord(name, DETECTOR_NAMES);
    throw new CliError('CLI_USAGE', `Cannot judge by ${name}: there is no such kind of detector`, {
      hint: near === null ? `Known: ${DETECTOR_NAMES.join(', ')}` : `The nearest is ${near}`,
    });
  }
  return [...new Set(all.flatMap(kindsNamed))].map((kind) => ({ kind }));
}

function budgetOf(words: string): NonNullable<Detection['budget']> {
  const budget = parseBudget(words);
  if (budget !== null) return budget;
  throw new CliError('CLI_USAGE', `Cannot read the budget ${words}`, {
    hint: 'Say it as in "1 false alarm per device per week"',
  });
}

function shapeOf(view: ViewRow, { series, time }: DetectOptions): AnswerShape {
  const { fields } = fieldsOfView(view, [], [series, time]);
  const received = hasColumn(view, 'received') ? 'received' : null;
  return { stream: view.name, series, time, received, fields: new Map(fields.map((one) => [one.name, one.type])) };
}

/** Rows in the order in which their readings came. */
function statementOf(view: ViewRow, { series, time, received, fields }: AnswerShape, options: DetectOptions) {
  const columns = [series, time, ...(received === null ? [] : [received]), ...fields.keys()];
  const order = [...['received', 'seq'].filter((name) => hasColumn(view, name)), time];
  const parameters: string[] = [];
  const holds = (column: string, relation: string, value: string | undefined, cast = ''): readonly string[] =>
    value === undefined ? [] : [`${quoteName(column)} ${relation} $${parameters.push(value)}${cast}`];
  const conditions = [
    ...holds(time, '>=', timeOf(options.from, '--from'), '::TIMESTAMPTZ'),
    ...holds(time, '<', timeOf(options.to, '--to'), '::TIMESTAMPTZ'),
    ...holds(series, '=', options.device),
    ...(options.where === undefined ? [] : [`(${options.where})`]),
  ];
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  const sql = `SELECT ${columns.map(quoteName).join(', ')} FROM ${quoteName(view.name)}${where} ORDER BY ${order.map(quoteName).join(', ')} LIMIT ${options.limit}`;
  return { sql, parameters };
}

function timeOf(text: string | undefined, option: string): string | undefined {
  if (text === undefined || parseRfc3339(text) !== null) return text;
  throw new CliError('CLI_USAGE', `Cannot read ${option} ${text}: it is no time such as 2026-01-31T12:00:00Z`);
}

/** Alerts as there would have been, once all rows are judged. */
async function alertsOf(context: CommandContext, judged: AsyncIterable<JudgedRows>, limit: number): Promise<RowTable> {
  const alerts = new GatheredAlerts();
  let rows = 0;
  for await (const { rows: more, findings } of judged) {
    rows += more;
    for (const finding of findings) alerts.take(finding, systemClock.now());
  }
  const { all } = alerts;
  context.note(`${rows} rows, ${all.length} alerts`);
  if (rows === limit) context.note('there may be more rows: --limit says how many are judged');
  return alertTable(all);
}

/** What judges each row, in the order of its cost. */
function namesOf({ detectors, series = [], windows = [] }: WatchPlan): readonly string[] {
  return [...detectors, ...series, ...windows].map(({ kind }) => kind.name);
}
