import { createHash } from 'node:crypto';
import { micros } from '#base/core/index.ts';
import type { Batch } from '#base/core/index.ts';
import { AeadKey } from '#base/crypto/index.ts';
import { FileJournalWriter, nodeFiles } from '#flow/journal/index.ts';
import type { FileJournalOptions, JournalItem } from '#flow/journal/index.ts';

/** The key of a trial file: known to every process, since it follows from the file's id. */
export function trialKey(fileId: string): AeadKey {
  return AeadKey.fromBytes(createHash('sha256').update(fileId).digest());
}

/** A writer whose file ids sort by start and order. */
export function openTrialWriter(
  folder: string,
  worker: number,
  start: number,
  options: Partial<FileJournalOptions> = {},
): Promise<FileJournalWriter> {
  const named = `s${String(start).padStart(4, '0')}`;
  let made = 0;
  return FileJournalWriter.open({
    directory: `${folder}/w${worker}`,
    worker,
    start: named,
    keys: {
      next() {
        const fileId = `${named}-w${worker}-${String(++made).padStart(4, '0')}`;
        return { fileId, key: trialKey(fileId) };
      },
    },
    clock: { now: () => micros(1_000_000), monotonicMs: () => 0 },
    files: nodeFiles,
    maxBytes: 1_000_000,
    maxAgeMs: 1_000_000,
    ...options,
  });
}

/** A batch whose one column counts up from `from`. */
export function trialBatch(from: number, rows: number): { readonly kind: 'batch'; readonly batch: Batch } {
  const values = Float64Array.from({ length: rows }, (_, i) => from + i);
  const columns = [{ name: 'n', data: { type: 'number' as const, values, nulls: null } }];
  return { kind: 'batch', batch: { stream: 'trial', template: 'ab'.repeat(32), rows, columns } };
}

/** The numbers of trial batches, in the order of reading. */
export function trialNumbers(items: readonly JournalItem[]): number[] {
  return items.flatMap(({ record }) => {
    if (record.kind !== 'batch') return [];
    const data = record.batch.columns[0]?.data;
    if (data?.type !== 'number') throw new Error('A trial batch has lost its column');
    return [...data.values];
  });
}
