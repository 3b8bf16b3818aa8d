import { ModelsError } from '../errors.ts';

/** A column of a table of series: numbers, or codes of labels. Missing values are NaN. */
export interface SeriesColumn {
  readonly name: string;
  /** Labels by code, in their order; null for numbers. */
  readonly labels: readonly string[] | null;
  /** Whether its numbers are whole. */
  readonly whole: boolean;
  readonly values: Float64Array;
}

/** Rows of several series, one series after the other, each in order of time. */
export interface SeriesTable {
  readonly rows: number;
  readonly series: Uint32Array;
  /** Epoch microseconds. */
  readonly time: Float64Array;
  readonly columns: readonly SeriesColumn[];
}

/** Labels that fewer rows have are told apart no more: they would name somebody. */
const LEAST_ROWS = 10;
const MOST_LABELS = 64;

/**
 * A table of series from rows. Times, counters and texts with many values are left out: they are of one row each.
 *
 * @param columns `series` names whose a row is, `time` when it was, `persons` which columns name somebody: their labels are
 *   made anew
 * @throws {ModelsError} MODELS_ROWS_UNFIT where there is no time, no series or no column that can be learnt
 */
export function seriesTable(
  rows: readonly Readonly<Record<string, unknown>>[],
  {
    series,
    time,
    persons = new Set(),
  }: { readonly series: string; readonly time: string; readonly persons?: ReadonlySet<string> },
): { readonly table: SeriesTable; readonly left: readonly string[] } {
  const [first] = rows;
  for (const name of [series, time]) {
    if (first === undefined || !Object.hasOwn(first, name))
      throw new ModelsError('MODELS_ROWS_UNFIT', `Cannot learn from rows: they have no column ${name}`);
  }
  const when = rows.map((row) => Date.parse(String(row[time])) * 1_000);
  if (when.some((each) => !Number.isFinite(each)))
    throw new ModelsError('MODELS_ROWS_UNFIT', `Cannot learn from rows: ${time} is not a time in every row`);
  const names = new Map<string, number>();
  const whose = rows.map((row) => {
    const name = String(row[series]);
    return names.get(name) ?? (names.set(name, names.size), names.size - 1);
  });
  const order = Uint32Array.from(rows.keys()).sort(
    (a, b) => (whose[a] ?? 0) - (whose[b] ?? 0) || (when[a] ?? 0) - (when[b] ?? 0),
  );
  const columns: SeriesColumn[] = [];
  const left: string[] = [];
  for (const name of Object.keys(first ?? {})) {
    if (name === series || name === time) continue;
    const column = columnOf(name, rows, order);
    if (column === null || isCounter(column, order, whose)) left.push(name);
    else columns.push(persons.has(name) ? withNewLabels(column) : column);
  }
  if (columns.length === 0)
    throw new ModelsError('MODELS_ROWS_UNFIT', 'Cannot learn from rows: no column can be learnt');
  return {
    table: {
      rows: rows.length,
      series: Uint32Array.from(order, (at) => whose[at] ?? 0),
      time: Float64Array.from(order, (at) => when[at] ?? 0),
      columns,
    },
    left,
  };
}

/** Most whole numbers of a counter are by one more than the one before; a restart, or what was lost, is let be. */
const COUNTED = 0.9;

/** Whole numbers that count the readings of a series: they say which one it was. */
function isCounter({ labels, whole, values }: SeriesColumn, order: Uint32Array, whose: readonly number[]): boolean {
  if (labels !== null || !whole) return false;
  let [followers, next] = [0, 0];
  for (let at = 1; at < order.length; at += 1) {
    if (whose[order[at]!] !== whose[order[at - 1]!]) continue;
    const by = (values[at] ?? NaN) - (values[at - 1] ?? NaN);
    // A reading without a number counts for nothing.
    if (Number.isNaN(by)) continue;
    followers += 1;
    if (by === 1) next += 1;
  }
  return next > 0 && next >= COUNTED * followers;
}

/** Names that say nothing of whom they stood for. A number that stands for somebody is one among many and stays. */
function withNewLabels(column: SeriesColumn): SeriesColumn {
  const { name, labels } = column;
  return labels === null ? column : { ...column, labels: labels.map((_, code) => `${name}-${code + 1}`) };
}

function columnOf(
  name: string,
  rows: readonly Readonly<Record<string, unknown>>[],
  order: Uint32Array,
): SeriesColumn | null {
  const known = rows.map((row) => row[name]).filter((value) => value !== null && value !== undefined);
  if (known.length === 0) return null;
  if (known.every((value) => typeof value === 'number')) {
    const values = Float64Array.from(order, (at) => {
      const value = rows[at]?.[name];
      return typeof value === 'number' ? value : NaN;
    });
    return { name, labels: null, whole: known.every((value) => Number.isInteger(value)), values };
  }
  const counts = new Map<string, number>();
  for (const value of known) counts.set(labelOf(value), (counts.get(labelOf(value)) ?? 0) + 1);
  const labels = [...counts]
    .filter(([, count]) => count >= LEAST_ROWS)
    .map(([label]) => label)
    .sort();
  if (labels.length === 0 || counts.size > MOST_LABELS) return null;
  const codes = new Map(labels.map((label, code) => [label, code]));
  const values = Float64Array.from(order, (at) => codes.get(labelOf(rows[at]?.[name])) ?? NaN);
  return { name, labels, whole: true, values };
}

/** A value as a label; what is neither text nor a plain value has none. */
function labelOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number' ? String(value) : '';
}
