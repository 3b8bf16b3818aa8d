import { quoteName, quoteText } from '../execute/engine.ts';
import type { PrivateColumn } from '../relations.ts';
import { gridOf } from './private-grid.ts';
import type { Aggregate, PrivateKey, PrivateStatement } from './private-statement.ts';
import { gridName, OWNER_COLUMN, PRIVATE_ROWS } from './private-view.ts';

/** A quantile is looked for in a tree of counts: so many levels, each node with so many below it. */
export const TREE_LEVELS = 5;
export const TREE_BRANCHES = 4;
export const TREE_LEAVES = TREE_BRANCHES ** TREE_LEVELS;

/**
 * A whole number for each group, exact as the engine sums it up, that gets noise before anybody sees it: a count of rows,
 * of values, a sum of values on their grid, a sum of their squares about the middle, or the counts in the leaves of a
 * tree.
 */
export type Measure =
  | { readonly of: 'rows' }
  | { readonly of: 'values' | 'sum' | 'squares' | 'tree'; readonly column: PrivateColumn };

/** The measures that a statement's aggregates rest on, each once. */
export function measuresOf(statement: PrivateStatement): readonly Measure[] {
  const found = new Map<string, Measure>();
  const add = (measure: Measure): void => void found.set(measureName(measure), measure);
  for (const output of statement.outputs) {
    if (output.is !== 'aggregate') continue;
    for (const measure of measuresFor(output.aggregate)) add(measure);
  }
  return [...found.values()];
}

/** The measures that one aggregate rests on. */
export function measuresFor({ ask, column }: Aggregate): readonly Measure[] {
  if (column === null) return [{ of: 'rows' }];
  if (ask === 'count') return [{ of: 'values', column }];
  if (ask === 'quantile') return [{ of: 'tree', column }];
  const moments = [
    { of: 'values', column },
    { of: 'sum', column },
  ] as const;
  return ask === 'variance' ? [...moments, { of: 'squares', column }] : moments;
}

export function measureName(measure: Measure): string {
  return measure.of === 'rows' ? 'rows' : `${measure.of} ${measure.column.name}`;
}

/**
 * What one person changes in a measure at most, over all groups together (L2).
 *
 * A person with more rows than count has all of them weighed less, so that together they weigh as much as `rows`; the
 * sum over groups of what they add is then bounded, and so is its L2 norm, however they are spread over groups.
 */
export function sensitivityOf(measure: Measure, rows: number): bigint {
  const most =
    'column' in measure && measure.of !== 'values' && measure.of !== 'tree' ? BigInt(gridOf(measure.column).most) : 1n;
  return BigInt(rows) * (measure.of === 'squares' ? most * most : most);
}

/** A statement that the engine answers exactly: for each group its key and its measures, as text. */
export interface ExactPass {
  readonly sql: string;
  readonly measures: readonly Measure[];
  /** Whether each group has a row for each leaf of a tree, named in the column `leaf`. */
  readonly leaves: boolean;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * The statements over the rows of a private view that give all measures.
 *
 * @param ready columns whose values are there on their grid; others are put on it row by row
 */
export function passesOf(statement: PrivateStatement, ready = NONE): readonly ExactPass[] {
  const measures = measuresOf(statement);
  const flat = measures.filter(({ of }) => of !== 'tree');
  const trees = measures.filter(({ of }) => of === 'tree');
  const passes = trees.map((tree): ExactPass => ({
    sql: passSql(statement, [{ of: 'rows' }], tree, ready),
    measures: [tree],
    leaves: true,
  }));
  return flat.length === 0
    ? passes
    : [{ sql: passSql(statement, flat, null, ready), measures: flat, leaves: false }, ...passes];
}

/**
 * In three steps: sums of each person in each group, exact whole numbers all of them; these weighed so that no person
 * counts more than its rows may; sums over persons. Rounding to the grid happens value by value and depends on nothing
 * else, so that no rounding of a sum tells of the rows in it.
 */
function passSql(
  statement: PrivateStatement,
  measures: readonly Measure[],
  tree: Measure | null,
  ready: ReadonlySet<string>,
): string {
  const { keys, where, view } = statement;
  const leaf = tree === null || !('column' in tree) ? [] : [{ name: 'leaf', sql: binSql(tree.column, TREE_LEAVES) }];
  const groups = [...keys.map((key, i) => ({ name: `k${i}`, sql: keySql(key) })), ...leaf];
  const conditions = [
    ...(where === null ? [] : [where]),
    ...keys.flatMap((key) => keyCondition(key)),
    ...(tree !== null && 'column' in tree ? [`${quoteName(tree.column.name)} IS NOT NULL`] : []),
  ];
  // What is summed up comes out of the rows once: a column on its grid, or as it is where it is counted alone.
  const columns = [
    ...new Map(measures.flatMap((each) => ('column' in each ? [[each.column.name, each.column]] : []))).values(),
  ];
  const taken = columns.map((column, i) => {
    const summed = measures.some((each) => (each.of === 'sum' || each.of === 'squares') && each.column === column);
    const grid = ready.has(column.name) ? quoteName(gridName(column.name)) : onGrid(column);
    return { name: `c${i}`, sql: summed ? grid : quoteName(column.name), column };
  });
  const placeOf = (column: PrivateColumn): string => taken.find((each) => each.column === column)?.name ?? '';
  const names = groups.map(({ name }) => name);
  const list = (parts: readonly string[]): string => parts.map((part) => `, ${part}`).join('');
  const as = (parts: readonly { readonly name: string; readonly sql: string }[]): string =>
    list(parts.map(({ name, sql }) => `${sql} AS ${name}`));
  const sums = measures.map((measure, i) => `${measureSql(measure, placeOf)} AS m${i}`);
  const { rows } = view.rules;
  const weighed = measures.map(
    (_, i) =>
      `CAST(coalesce(sum(CASE WHEN n > ${rows} THEN m${i} * ${rows} // n ELSE m${i} END), 0) AS VARCHAR) AS m${i}`,
  );
  const shown = [...names.map((name) => `CAST(${name} AS VARCHAR) AS ${name}`), ...weighed];
  return (
    `WITH each_row AS (SELECT ${OWNER_COLUMN}${as([...groups, ...taken])} ` +
    `FROM ${PRIVATE_ROWS}${conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`}), ` +
    `each_owner AS (SELECT ${OWNER_COLUMN}${list(names)}, count(*) AS own${list(sums)} ` +
    `FROM each_row GROUP BY ${OWNER_COLUMN}${list(names)}), ` +
    // Without groups what each person has is in one row already.
    `all_owners AS (SELECT *, ${names.length === 0 ? 'own' : `sum(own) OVER (PARTITION BY ${OWNER_COLUMN})`} AS n FROM each_owner) ` +
    `SELECT ${shown.join(', ')} FROM all_owners` +
    (names.length === 0 ? '' : ` GROUP BY ${names.join(', ')}`)
  );
}

/** @param placeOf the name under which a column was taken out of the rows */
function measureSql(measure: Measure, placeOf: (column: PrivateColumn) => string): string {
  if (measure.of === 'rows' || measure.of === 'tree') return 'CAST(count(*) AS HUGEINT)';
  const value = placeOf(measure.column);
  if (measure.of === 'values') return `CAST(count(${value}) AS HUGEINT)`;
  if (measure.of === 'sum') return `CAST(coalesce(sum(${value}), 0) AS HUGEINT)`;
  const { most } = gridOf(measure.column);
  // Sums of 2 v² - most²; the last part is added up by counting.
  const squares = `CAST(sum(CAST(${value} AS BIGINT) * ${value}) AS HUGEINT)`;
  return `CAST(coalesce(2 * ${squares} - ${most * most} * CAST(count(${value}) AS HUGEINT), 0) AS HUGEINT)`;
}

/** A value as a whole number of its grid, clamped; null stays null. The cast rounds to the nearest. */
function onGrid(column: PrivateColumn): string {
  const { middle, most } = gridOf(column);
  const [low, high] = column.range ?? [0, 0];
  return `CAST((${clamped(column)} - ${double(middle)}) * ${double(most / ((high - low) / 2))} AS INTEGER)`;
}

/** What is no number is greater than any, so that it is clamped to the greatest. Tests are several times faster than `least`. */
function clamped({ name, range, type }: PrivateColumn): string {
  const [low, high] = range ?? [0, 0];
  const column = type === 'number' ? quoteName(name) : `CAST(${quoteName(name)} AS DOUBLE)`;
  return `(CASE WHEN ${column} > ${double(high)} THEN ${double(high)} WHEN ${column} < ${double(low)} THEN ${double(low)} ELSE ${column} END)`;
}

function binSql(column: PrivateColumn, bins: number): string {
  const [low, high] = column.range ?? [0, 1];
  const place = `floor((${clamped(column)} - ${double(low)}) / ${double((high - low) / bins)})`;
  return `CAST(least(${place}, ${double(bins - 1)}) AS BIGINT)`;
}

function keySql(key: PrivateKey): string {
  const name = quoteName(key.column.name);
  if (key.by === 'value') return `CAST(${name} AS VARCHAR)`;
  if (key.by === 'bin') return binSql(key.column, key.bins);
  return `epoch_us(${name}) // ${key.step}`;
}

/** Rows of other groups than those of the answer do not count, and take no weight from those that do. */
function keyCondition(key: PrivateKey): readonly string[] {
  const name = quoteName(key.column.name);
  if (key.by === 'bin') return [`${name} IS NOT NULL`];
  if (key.by === 'value') return [`CAST(${name} AS VARCHAR) IN (${key.values.map(quoteText).join(', ')})`];
  return [];
}

function double(value: number): string {
  return `CAST('${value}' AS DOUBLE)`;
}
