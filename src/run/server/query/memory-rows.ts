import type { Column, ColumnShape, NamedColumn } from '#base/core/index.ts';
import type { RowsInMemory } from '#flow/query/index.ts';

export type Cell = string | number | boolean | null;

/** Rows of cells as columns of the given shapes, cell i of a row for shape i. */
export function memoryRows(shapes: readonly ColumnShape[], rows: readonly (readonly Cell[])[]): RowsInMemory {
  const columns = shapes.map(({ name, type }, i): NamedColumn => ({
    name,
    data: columnOf(
      type,
      rows.map((row) => row[i] ?? null),
    ),
  }));
  return { rows: rows.length, columns };
}

function columnOf(type: ColumnShape['type'], cells: readonly Cell[]): Column {
  const nulls = cells.includes(null) ? Uint8Array.from(cells, (cell) => (cell === null ? 1 : 0)) : null;
  if (type === 'text') {
    const texts = cells.map((cell) => String(cell ?? ''));
    const dictionary = [...new Set(texts)];
    const places = new Map(dictionary.map((text, i) => [text, i]));
    return { type, codes: Uint32Array.from(texts, (text) => places.get(text) ?? 0), dictionary, nulls };
  }
  if (type === 'boolean') return { type, values: Uint8Array.from(cells, (cell) => (cell === true ? 1 : 0)), nulls };
  return { type, values: Float64Array.from(cells, (cell) => Number(cell ?? 0)), nulls };
}
