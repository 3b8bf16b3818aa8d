import type { WholeColumn } from '#flow/store/index.ts';
import type { RowsInMemory } from './tail-table.ts';

/**
 * A column of whole numbers that is made of one of numbers as that is opened: each value clamped to a range and put on a
 * grid about its middle. Plain data: it crosses a process boundary.
 */
export interface GridColumn {
  /** The column that it is made of. */
  readonly of: string;
  readonly low: number;
  /** Above `low`. */
  readonly high: number;
  /** Steps of the grid from the middle of the range to either end, at most 2^30. */
  readonly most: number;
}

/** By the name of the column that is made. */
export type GridColumns = ReadonlyMap<string, GridColumn>;

/** The SQL type of such columns: 32 bits. */
export const GRID_TYPE = 'INTEGER';

/**
 * Values as whole numbers from `-most` to `most`, whatever they are: what is no number counts as the greatest. Each depends
 * on its own value and on nothing else.
 */
export function onGrid(values: Float64Array, { low, high, most }: Omit<GridColumn, 'of'>): Int32Array {
  const wholes = new Int32Array(values.length);
  const middle = (low + high) / 2;
  const scale = most / ((high - low) / 2);
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i]!;
    // NaN fails each test, so the test that it passes comes last.
    if (value <= low) wholes[i] = -most;
    else if (value < high) wholes[i] = Math.min(most, Math.max(-most, Math.round((value - middle) * scale)));
    else wholes[i] = most;
  }
  return wholes;
}

/** The columns as the store makes them. */
export function wholesOf(grids: GridColumns): ReadonlyMap<string, WholeColumn> {
  return new Map(
    [...grids].map(([name, grid]) => [
      name,
      { of: grid.of, most: grid.most, wholes: (values: Float64Array) => onGrid(values, grid) },
    ]),
  );
}

/** Rows in memory with these columns besides. */
export function gridRows(part: RowsInMemory, grids: GridColumns): RowsInMemory {
  const made = [...grids].flatMap(([name, grid]) => {
    const data = part.columns.find((column) => column.name === grid.of)?.data;
    if (data?.type !== 'number' && data?.type !== 'integer') return [];
    const values = Float64Array.from(onGrid(data.values, grid));
    return [{ name, data: { type: 'integer' as const, values, nulls: data.nulls } }];
  });
  return made.length === 0 ? part : { rows: part.rows, columns: [...part.columns, ...made] };
}

/** Columns that must be there for these: as they are stored, each once. */
export function storedFor(columns: readonly string[], grids: GridColumns): readonly string[] {
  return [...new Set(columns.map((name) => grids.get(name)?.of ?? name))];
}
