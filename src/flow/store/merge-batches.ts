import type { Batch, Column, ColumnShape, NamedColumn } from '#base/core/index.ts';
import { gatherColumn } from './parquet/gather-column.ts';
import { sortedOrder } from './sort-rows.ts';

/**
 * One batch of several of a stream, rows in the order given. A column that a batch lacks is null there.
 *
 * @throws {TypeError} if a column is of another type than the shape says, or null where it may not be
 */
export function mergeBatches(stream: string, shape: readonly ColumnShape[], batches: readonly Batch[]): Batch {
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
  const slices = batches.map((batch) => ({ batch, from: 0, to: batch.rows }));
  const columns = shape.map((column): NamedColumn => {
    const gathered = gatherColumn(column, slices, rows);
    switch (gathered.kind) {
      case 'numbers': {
        const { values, nulls } = gathered;
        return { name: column.name, data: { type: column.type as 'number', values, nulls } };
      }
      case 'booleans':
        return { name: column.name, data: { type: 'boolean', values: gathered.values, nulls: gathered.nulls } };
      case 'texts': {
        const { codes, dictionary, nulls } = gathered;
        return { name: column.name, data: { type: 'text', codes, dictionary, nulls } };
      }
    }
  });
  return { stream, template: batches[0]?.template ?? '', rows, columns };
}

/** The rows of a batch by ascending `time`, equal times in the order that they had. */
export function sortByTime(batch: Batch): Batch {
  return reorderRows(batch, sortedOrder(timesOf(batch)));
}

/** The values of the column `time`. @throws {TypeError} if there is none */
export function timesOf(batch: Batch): Float64Array {
  const time = batch.columns.find((column) => column.name === 'time')?.data;
  if (time?.type !== 'time') throw new TypeError('a batch without times cannot be sorted by time');
  return time.values;
}

/** The rows of a batch in another order. @param order for each row the place that it comes from */
export function reorderRows(batch: Batch, order: Uint32Array): Batch {
  return { ...batch, columns: batch.columns.map(({ name, data }) => ({ name, data: reorder(data, order) })) };
}

function reorder(column: Column, order: Uint32Array): Column {
  const nulls = column.nulls === null ? null : pick(column.nulls, new Uint8Array(order.length), order);
  if (column.type === 'text')
    return { ...column, codes: pick(column.codes, new Uint32Array(order.length), order), nulls };
  if (column.type === 'boolean')
    return { ...column, values: pick(column.values, new Uint8Array(order.length), order), nulls };
  return { ...column, values: pick(column.values, new Float64Array(order.length), order), nulls };
}

function pick<A extends Float64Array | Uint8Array | Uint32Array>(from: A, into: A, order: Uint32Array): A {
  for (let i = 0; i < order.length; i += 1) into[i] = from[order[i]!]!;
  return into;
}
