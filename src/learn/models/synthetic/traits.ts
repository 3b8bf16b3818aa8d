import { nextInteger } from '#learn/features/index.ts';
import type { RandomState } from '#learn/features/index.ts';
import type { SeriesTable } from './series-table.ts';

/** Labels that a series never changes, such as a model or a place. */
export interface Traits {
  /** Places of their columns. */
  readonly columns: readonly number[];
  /** What series have together that at least two of them share; each as often as there are series with it. */
  readonly shared: readonly Float64Array[];
  /** How many series there are. */
  readonly series: number;
  /** What each series has, by column: drawn from one by one where nothing together is shared. */
  readonly each: readonly Float64Array[];
}

/** @param rows those to learn from; a column with another label anywhere in a series is no trait */
export function learnTraits({ columns, series }: SeriesTable, rows: Uint32Array): Traits {
  const own = columns.map(() => new Map<number, number>());
  const changing = new Set<number>([...columns.keys()].filter((i) => columns[i]!.labels === null));
  const whose = new Set<number>();
  for (const row of rows) {
    const one = series[row] ?? 0;
    whose.add(one);
    for (const [i, column] of columns.entries()) {
      const value = column.values[row] ?? NaN;
      if (changing.has(i) || Number.isNaN(value)) continue;
      const before = own[i]!.get(one);
      if (before === undefined) own[i]!.set(one, value);
      else if (before !== value) changing.add(i);
    }
  }
  const traits = whose.size < 2 ? [] : [...columns.keys()].filter((i) => !changing.has(i));
  const each = traits.map((i) => Float64Array.from(own[i]!.values()));
  const together = [...whose].map((one) => traits.map((i) => own[i]!.get(one) ?? NaN));
  const alike = Map.groupBy(together, (values) => values.join());
  const shared = [...alike.values()]
    .filter((of) => of.length > 1)
    .flatMap((of) => of.map((one) => Float64Array.from(one)));
  return { columns: traits, shared, series: whose.size, each };
}

/**
 * The traits of made series, one after the other, each as often as real ones have it. What one real series alone has together
 * is nobody else's: then each trait is drawn by itself.
 *
 * @returns what gives the next series its traits, by the order of `columns`
 */
export function dealTraits({ shared, series, each }: Traits, random: RandomState): () => Float64Array {
  const whole = deck(shared.length, series, random);
  const parts = each.map((values) => deck(values.length, values.length, random));
  return () => {
    const together = shared[whole()];
    if (together !== undefined) return together;
    return Float64Array.from(each, (values, i) => values[parts[i]!()] ?? NaN);
  };
}

/** Places below `size` in some order, each once before one comes again. @param named places from there on are told as none */
function deck(named: number, size: number, random: RandomState): () => number {
  let left: number[] = [];
  return () => {
    if (left.length === 0) left = Array.from({ length: Math.max(1, size) }, (_, place) => place);
    const at = nextInteger(random, left.length);
    const [place = -1] = left.splice(at, 1);
    return place < named ? place : -1;
  };
}
