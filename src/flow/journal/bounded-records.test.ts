import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sessionRecords, windowRecords } from './bounded-records.ts';
import { ByteWriter } from './byte-writer.ts';
import { FRAME_LIMIT } from './frame.ts';
import { encodeRecord } from './record-codec.ts';

test('sessionRecords() are in order, and each fits a frame, however many sessions there are', () => {
  const event = new Uint8Array(400_000);
  const events = Array.from({ length: 200 }, (_, i) => ({ session: `d/${i}`, event }));
  const records = sessionRecords(events);
  const out = new ByteWriter();
  for (const record of records) {
    out.reset();
    encodeRecord(out, record);
    assert.ok(out.length < FRAME_LIMIT / 8);
  }
  const read = records.flatMap((record) => (record.kind === 'session' ? record.events : []));
  assert.deepEqual(read, events);
  assert.deepEqual(sessionRecords([]), []);
  assert.equal(sessionRecords([{ session: 'one', event: new Uint8Array(8_000_000) }]).length, 1);
});

test('windowRecords() are as few as may be, and hold every window once', () => {
  const window = { stream: 'climate', max: 9, floor: 1, hashes: new Int32Array(32) };
  const windows = Array.from({ length: 40_000 }, (_, device) => ({ ...window, device }));
  const records = windowRecords({ hashKey: [1, 2], windows });
  assert.equal(records.length, 3);
  const read = records.flatMap((record) => (record.kind === 'windows' ? record.snapshot.windows : []));
  assert.deepEqual(read, windows);
});
