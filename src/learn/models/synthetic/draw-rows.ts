import { nextUniform } from '#learn/features/index.ts';
import type { RandomState } from '#learn/features/index.ts';

/** How often values of a column were counted, with noise: of texts and truths, or of bins of numbers. */
export interface CountedColumn {
  readonly name: string;
  readonly cells: readonly {
    readonly value: string | boolean | null;
    readonly from: number;
    readonly to: number;
    readonly count: number;
  }[];
  readonly whole: boolean;
}

/**
 * Rows whose columns are spread as they were counted, each by itself. What counts with noise tell is all that they know,
 * so whatever privacy the counts have these rows have too.
 */
export function* drawRows(
  columns: readonly CountedColumn[],
  rows: number,
  random: RandomState,
): Generator<Readonly<Record<string, string | number | boolean | null>>> {
  const sums = columns.map(({ cells }) => {
    let sum = 0;
    // Noise makes some counts less than nothing.
    return Float64Array.from(cells, ({ count }) => (sum += Math.max(0, count)));
  });
  for (let row = 0; row < rows; row += 1) {
    yield Object.fromEntries(
      columns.map(({ name, cells, whole }, i) => {
        const drawn = nextUniform(random) * (sums[i]?.at(-1) ?? 0);
        const at = sums[i]!.findIndex((sum) => sum > drawn);
        const cell = cells[at < 0 ? 0 : at];
        if (cell === undefined) return [name, null];
        if (cell.from === cell.to) return [name, cell.value];
        const value = cell.from + (cell.to - cell.from) * nextUniform(random);
        return [name, whole ? Math.round(value) : value];
      }),
    );
  }
}
