import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toBase64 } from '#base/core/index.ts';
import type { Batch, NamedColumn } from '#base/core/index.ts';
import { sealSegment } from '#flow/store/index.ts';
import type { StoredColumn } from '#flow/store/index.ts';
import { climateBatch, CLIMATE, storeWorld } from '../support/store-world.ts';

const ROWS = 12;

const COLUMNS: readonly StoredColumn[] = [
  ...CLIMATE,
  { name: 'seq', type: 'integer', nullable: true, class: 'operational', unit: null },
  { name: 'open', type: 'boolean', nullable: false, class: 'operational', unit: null },
];

/**
 * Writes a segment as this version makes it, with its keys and rows, into a new folder, to be kept for ever:
 * `sh bin/node test/golden/make-segment.ts test/golden/segment-N`.
 */
export async function makeSegment(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const cleanUps: (() => Promise<void>)[] = [];
  const world = await storeWorld({ after: (cleanUp) => cleanUps.push(cleanUp) });
  const batch = goldenBatch();
  const segment = await sealSegment(
    {
      stream: 'climate',
      columns: COLUMNS,
      batches: [batch],
      spans: [{ file: 'f1', after: 0, to: 90 }],
      inputs: [],
      templates: ['ab'.repeat(32)],
    },
    world,
  );
  const keys = Object.fromEntries([...world.keys].map(([handle, key]) => [handle, toBase64(key.exportBytes())]));
  const rows = Array.from({ length: ROWS }, (_, row) =>
    Object.fromEntries(batch.columns.map((column) => [column.name, valueAt(column, row)])),
  );
  await writeFile(join(folder, 'segment.parquet'), await world.objects.read(segment.objectKey));
  await writeFile(join(folder, 'expected.json'), `${JSON.stringify({ keys, segment, rows }, null, 2)}\n`);
  for (const cleanUp of cleanUps.toReversed()) await cleanUp();
}

function goldenBatch(): Batch {
  const base = climateBatch(0, ROWS);
  const row = Array.from({ length: ROWS }, (_, i) => i);
  const seq = Float64Array.from(row, (i) => (i === 3 ? 0 : i === 4 ? Number.MAX_SAFE_INTEGER : 0 - i));
  const columns: readonly NamedColumn[] = [
    ...base.columns,
    { name: 'seq', data: { type: 'integer', values: seq, nulls: Uint8Array.from(row, (i) => Number(i === 3)) } },
    { name: 'open', data: { type: 'boolean', values: Uint8Array.from(row, (i) => i % 2), nulls: null } },
  ];
  return { ...base, columns };
}

function valueAt({ data }: NamedColumn, row: number): unknown {
  if (data.nulls?.[row] === 1) return null;
  if (data.type === 'text') return data.dictionary[data.codes[row] ?? -1];
  return data.type === 'boolean' ? data.values[row] === 1 : data.values[row];
}

if (import.meta.main) await makeSegment(process.argv[2] ?? 'segment');
