import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { AeadKey } from '#base/crypto/index.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { FileJournalReader } from './file-reader.ts';
import { FileJournalWriter } from './file-writer.ts';
import { nodeFiles } from './journal-files.ts';
import type { JournalRecord } from './record.ts';

const KEY = AeadKey.fromBytes(Uint8Array.from({ length: 32 }, (_, i) => i));
const GROUPS: readonly (readonly JournalRecord[])[] = [
  [
    {
      kind: 'batch',
      batch: {
        stream: 'climate',
        template: '00'.repeat(32),
        rows: 3,
        columns: [
          {
            name: 'device',
            data: { type: 'text', codes: Uint32Array.of(0, 1, 0), dictionary: ['truck-1', 'truck-2'], nulls: null },
          },
          {
            name: 'temperature',
            data: { type: 'number', values: Float64Array.of(4.5, 0, -1), nulls: Uint8Array.of(0, 1, 0) },
          },
          { name: 'door', data: { type: 'boolean', values: Uint8Array.of(1, 1, 1), nulls: null } },
          { name: 'seq', data: { type: 'integer', values: new Float64Array(3), nulls: Uint8Array.of(1, 1, 1) } },
        ],
      },
    },
    { kind: 'session', events: [{ session: 'c1', event: Uint8Array.of(1, 2, 3) }] },
  ],
  [
    {
      kind: 'refusals',
      counts: [{ device: 'truck-1', stream: 'climate', reason: 63, count: 2, digest: new Uint8Array(16).fill(0xaa) }],
    },
  ],
];

/** The bytes on the page of the format: a released version, readable for ever. */
async function vector(): Promise<Buffer> {
  const page = await readFile(new URL('../../../docs/formats/journal.md', import.meta.url), 'utf8');
  return Buffer.from(/```hex\n([0-9a-f\n]+)```/.exec(page)![1]!.replaceAll('\n', ''), 'hex');
}

test('the vector of version 1 reads as its page says', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(`${folder}/w0`);
  await writeFile(`${folder}/w0/f1.journal`, await vector());
  const reader = new FileJournalReader({ directory: folder, keys: { key: () => KEY }, writersGone: true });
  const items = await Array.fromAsync(reader.read(new Map()));
  assert.deepEqual(
    items.map(({ record }) => record),
    GROUPS.flat(),
  );
});

test('append() writes the vector of version 1 byte for byte', async (t) => {
  const folder = await temporaryFolder(t);
  const writer = await FileJournalWriter.open({
    directory: folder,
    worker: 0,
    start: 's1',
    keys: { next: () => ({ fileId: 'f1', key: KEY }) },
    clock: { now: () => micros(1_767_225_600_000_000), monotonicMs: () => 0 },
    files: nodeFiles,
    maxBytes: 1_000_000,
    maxAgeMs: 1_000_000,
  });
  for (const group of GROUPS) await writer.append(group);
  await writer.close();
  assert.deepEqual(await readFile(`${folder}/f1.journal`), await vector());
});
