import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes, encodeUtf8 } from '#base/core/index.ts';
import {
  decodeQueueFile,
  encodeQueueHeader,
  encodeQueueRecords,
  parseQueueFileName,
  QUEUE_HEADER_LENGTH,
  queueFileName,
} from './queue-file.ts';

const entries = ['one', 'two', 'three'].map((text) => encodeUtf8(text));
const file = concatBytes([encodeQueueHeader(7), encodeQueueRecords(7, entries)]);

test('decodeQueueFile() reads what was encoded', () => {
  assert.deepEqual(decodeQueueFile(file, 7), { first: 7, entries, validLength: file.length });
});

test('decodeQueueFile() ends at the last whole record of every truncation', () => {
  const ends = [QUEUE_HEADER_LENGTH, QUEUE_HEADER_LENGTH + 11, QUEUE_HEADER_LENGTH + 22];
  for (let length = QUEUE_HEADER_LENGTH; length < file.length; length++) {
    const whole = ends.filter((end) => end <= length).length - 1;
    const content = decodeQueueFile(file.subarray(0, length), 7);
    assert.deepEqual(content, { first: 7, entries: entries.slice(0, whole), validLength: ends[whole] });
  }
  for (let length = 0; length < QUEUE_HEADER_LENGTH; length++) {
    assert.equal(decodeQueueFile(file.subarray(0, length), 7), null);
  }
});

test('decodeQueueFile() ends before a record with a flipped bit, and before one that stands at another place', () => {
  for (let at = QUEUE_HEADER_LENGTH + 11; at < QUEUE_HEADER_LENGTH + 22; at++) {
    const content = decodeQueueFile(file.with(at, file[at]! ^ 1), 7);
    assert.equal(content?.entries.length, 1);
  }
  const moved = concatBytes([encodeQueueHeader(7), encodeQueueRecords(8, entries)]);
  assert.equal(decodeQueueFile(moved, 7)?.entries.length, 0);
});

test('decodeQueueFile() refuses another format or index', () => {
  assert.throws(() => decodeQueueFile(file, 8), { code: 'AUDIT_LOG_CORRUPT' });
  assert.throws(() => decodeQueueFile(file.with(6, 0x32), 7), { code: 'AUDIT_LOG_CORRUPT' });
});

test('queueFileName() and parseQueueFileName() are inverse, and names sort as indexes', () => {
  assert.equal(parseQueueFileName(queueFileName(12_345)), 12_345);
  assert.ok(queueFileName(9) < queueFileName(10));
  for (const name of ['1.queue', 'x.queue', '0000000000000001.queue.tmp']) assert.equal(parseQueueFileName(name), null);
});
