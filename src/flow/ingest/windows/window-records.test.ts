import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteWriter, decodeRecord, encodeRecord } from '#flow/journal/index.ts';
import type { WindowLayout } from './window-layout.ts';
import { decodeWindowRecord, encodeWindowRecord } from './window-records.ts';
import type { WindowRecord } from './window-records.ts';
import { WindowSlots } from './window-slots.ts';

const LAYOUT: WindowLayout = {
  stream: 's',
  every: 60,
  wait: 1,
  since: 5,
  by: [
    { name: 'who', type: 'text' },
    { name: 'door', type: 'boolean' },
  ],
  of: [
    { name: 'a', type: 'number', measures: ['mean'] },
    { name: 'b', type: 'integer', measures: ['max'] },
  ],
};

/** As it comes back out of the bytes of a journal file. */
function throughBytes(record: WindowRecord): WindowRecord | null {
  const out = new ByteWriter();
  encodeRecord(out, encodeWindowRecord(record));
  const decoded = decodeRecord(new Uint8Array(out.view()));
  assert.ok(decoded.kind === 'batch');
  return decodeWindowRecord(decoded.batch);
}

test('each record comes back from its bytes as it was', () => {
  const slots = new WindowSlots(LAYOUT);
  slots.add(slots.place('d', 60, ['ada', 1]), 0, 1.25);
  slots.add(slots.place('d', 120, [null, null]), 1, -3);
  const records: WindowRecord[] = [
    { kind: 'states', states: slots.states('digest') },
    {
      kind: 'seqs',
      seqs: { stream: 's', devices: ['d', 'e'], seqs: Float64Array.of(7, 9), hashes: Float64Array.of(-1, 2 ** 31 - 1) },
    },
    { kind: 'covers', files: ['one', 'two'] },
  ];
  for (const record of records) assert.deepEqual(throughBytes(record), record);
});

test('decodeWindowRecord() passes over other batches and names a column that is missing', () => {
  assert.equal(decodeWindowRecord({ stream: 'climate', template: '', rows: 0, columns: [] }), null);
  assert.throws(() => decodeWindowRecord({ stream: '#seqs', template: '', rows: 1, columns: [] }), {
    code: 'INGEST_WINDOWS_INVALID',
  });
});
