import type { Batch, ColumnShape } from '#base/core/index.ts';
import { mergeBatches } from './merge-batches.ts';
import type { TailSnapshot } from './tail.ts';

/**
 * A snapshot with its rows in one batch: thousands of small ones cost more on their way from process to process, and in
 * whatever reads them there, than their values do. As it is where a column has another type in some batch.
 */
export function joinSnapshot(stream: string, snapshot: TailSnapshot): TailSnapshot {
  if (snapshot.batches.length < 2) return snapshot;
  const shapes = shapesOfBatches(snapshot.batches);
  if (shapes === null) return snapshot;
  return { rows: snapshot.rows, batches: [mergeBatches(stream, shapes, snapshot.batches)] };
}

/** The columns that batches have between them, each nullable; null where one has another type in some batch. */
export function shapesOfBatches(batches: readonly Batch[]): readonly ColumnShape[] | null {
  const shapes = new Map<string, ColumnShape>();
  for (const { columns } of batches) {
    for (const { name, data } of columns) {
      const { type } = data;
      if ((shapes.get(name)?.type ?? type) !== type) return null;
      shapes.set(name, { name, type, nullable: true });
    }
  }
  return [...shapes.values()];
}
