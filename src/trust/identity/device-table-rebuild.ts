import { SYSTEM_COLUMNS } from '#base/core/index.ts';
import type { Batch } from '#base/core/index.ts';
import { SEQ } from './device-table.ts';
import type { DeviceTable } from './device-table.ts';
import { ReadingHash } from './device-table-hash.ts';

/** What a rebuild must know besides the batch. */
export interface RebuildContext {
  /** Index of a device by name, or null where the inventory has it no more. */
  readonly deviceIndex: (name: string) => number | null;
  /** Names of the stream's stepped fields in the template's order. */
  readonly stepped: (stream: string) => readonly string[];
}

/**
 * Fills windows, last times and last values from a durable batch, as at start from the journal.
 *
 * Batches of one worker come in their order; those of several workers may come in any.
 */
export function rebuildFromBatch(table: DeviceTable, batch: Batch, context: RebuildContext): void {
  const hash = new ReadingHash(table.hashKey);
  const stream = table.streamIndex(batch.stream);
  const [device, time, , seq, given] = SYSTEM_COLUMNS.map((_, i) => batch.columns[i]?.data);
  if (stream === -1 || device?.type !== 'text' || time?.type !== 'time') return;
  if (seq?.type !== 'integer' || given?.type !== 'boolean') return;
  const declared = batch.columns.slice(SYSTEM_COLUMNS.length);
  const names = Int32Array.from(declared, (column) => hash.name(column.name));
  const stepped = context.stepped(batch.stream).map((name) => declared.find((column) => column.name === name)?.data);
  const records = device.dictionary.map((name) => {
    const index = context.deviceIndex(name);
    return index === null ? -1 : table.record(index, stream);
  });
  for (let row = 0; row < batch.rows; row++) {
    const record = records[device.codes[row]!]!;
    if (record === -1) continue;
    table.lock(record);
    const taken = time.values[row]!;
    table.noteTime(record, taken);
    for (const [i, data] of stepped.entries()) {
      if (data === undefined || data.type === 'text' || data.nulls?.[row] === 1) continue;
      if (!(table.lastValueTime(record, i) > taken)) table.setLastValue(record, i, data.values[row]!, taken);
    }
    if (seq.nulls?.[row] !== 1) {
      const digest = hash.row(declared, names, row, given.values[row] === 1 ? taken : null);
      const number = seq.values[row]!;
      if (table.judgeSeq(record, number, digest, 0) === SEQ.fresh) table.recordSeq(record, number, digest, 0);
    }
    table.unlock(record);
  }
}
