import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteWriter } from './byte-writer.ts';
import type { JournalRecord } from './record.ts';
import { decodeRecord, encodeRecord } from './record-codec.ts';

const records: JournalRecord[] = [
  { kind: 'batch', batch: { stream: 's', template: '', rows: 0, columns: [] } },
  { kind: 'refusals', counts: [{ device: '', stream: 's', reason: 255, count: 1, digest: new Uint8Array(0) }] },
  {
    kind: 'session',
    events: [
      { session: '', event: new Uint8Array(0) },
      { session: 'c', event: Uint8Array.of(1) },
    ],
  },
  {
    kind: 'windows',
    snapshot: { hashKey: [-1, 1], windows: [{ device: 1, stream: 's', max: 5, floor: -1, hashes: Int32Array.of(-7) }] },
  },
  {
    kind: 'quarantined',
    readings: [
      {
        device: 'd',
        stream: 's',
        via: 'v',
        reason: 63,
        received: 1.5e15,
        place: 'f',
        length: 3,
        payload: Uint8Array.of(9),
      },
    ],
  },
];

function encoded(record: JournalRecord): Uint8Array {
  const out = new ByteWriter();
  encodeRecord(out, record);
  return out.view().slice();
}

for (const record of records) {
  test(`decodeRecord() gives back a record of kind ${record.kind}, and refuses each truncation and extension`, () => {
    const bytes = encoded(record);
    assert.deepEqual(decodeRecord(bytes), record);
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(() => decodeRecord(bytes.subarray(0, length)), { code: 'JOURNAL_RECORD_INVALID' }, `${length}`);
    }
    assert.throws(() => decodeRecord(Uint8Array.of(...bytes, 0)), { code: 'JOURNAL_RECORD_INVALID' });
  });
}

test('decodeRecord() refuses versions and kinds that it does not know', () => {
  const bytes = encoded(records[0]!);
  assert.throws(() => decodeRecord(Uint8Array.of(2, ...bytes.subarray(1))), { code: 'JOURNAL_RECORD_INVALID' });
  assert.throws(() => decodeRecord(Uint8Array.of(bytes[0]!, 99, ...bytes.subarray(2))), {
    code: 'JOURNAL_RECORD_INVALID',
  });
});

test('decodeRecord() meets mutated bytes with its error or a record, and nothing else', () => {
  let state = 7;
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state % below;
  };
  for (let i = 0; i < 20_000; i++) {
    const bytes = encoded(records[i % records.length]!);
    for (let j = 0; j <= random(3); j++) bytes[random(bytes.length)] = random(256);
    try {
      decodeRecord(bytes);
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'JOURNAL_RECORD_INVALID', String(error));
    }
  }
});
