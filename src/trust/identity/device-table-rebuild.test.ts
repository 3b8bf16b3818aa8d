import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch } from '#base/core/index.ts';
import { DeviceTable, SEQ } from './device-table.ts';
import { ReadingHash } from './device-table-hash.ts';
import { rebuildFromBatch } from './device-table-rebuild.ts';

const batch: Batch = {
  stream: 's',
  template: '00',
  rows: 3,
  columns: [
    { name: 'device', data: { type: 'text', codes: Uint32Array.of(0, 1, 0), dictionary: ['a', 'gone'], nulls: null } },
    { name: 'time', data: { type: 'time', values: Float64Array.of(20, 30, 10), nulls: null } },
    { name: 'received', data: { type: 'time', values: Float64Array.of(20, 30, 40), nulls: null } },
    { name: 'seq', data: { type: 'integer', values: Float64Array.of(5, 6, 0), nulls: Uint8Array.of(0, 0, 1) } },
    { name: 'time_given', data: { type: 'boolean', values: Uint8Array.of(1, 1, 1), nulls: null } },
    { name: 'via', data: { type: 'text', codes: new Uint32Array(3), dictionary: [], nulls: Uint8Array.of(1, 1, 1) } },
    { name: 'n', data: { type: 'number', values: Float64Array.of(1.5, 2.5, 3.5), nulls: null } },
  ],
};
const context = { deviceIndex: (name: string) => (name === 'a' ? 1 : null), stepped: () => ['n', 'gone'] };

function newTable(): DeviceTable {
  return DeviceTable.create({ devices: 2, streams: 2, records: 2, window: 8, stepped: 2 }, new Uint8Array(8));
}

test('rebuildFromBatch() fills windows, times and last values of devices that are known', () => {
  const table = newTable();
  rebuildFromBatch(table, batch, context);
  const record = table.existingRecord(1, table.streamIndex('s'));
  assert.equal(table.maxSeq(record), 5);
  const hash = new ReadingHash(table.hashKey);
  hash.begin(20);
  hash.number(hash.name('n'), 1.5);
  assert.equal(table.judgeSeq(record, 5, hash.end(), 0), SEQ.duplicate);
  assert.equal(table.lastTime(record), 20);
  assert.deepEqual([table.lastValue(record, 0), table.lastValueTime(record, 0)], [1.5, 20], 'the newest by time');
  assert.ok(Number.isNaN(table.lastValue(record, 1)));
  assert.equal(table.existingRecord(0, 0), -1);
});

test('rebuildFromBatch() may meet a batch twice', () => {
  const table = newTable();
  rebuildFromBatch(table, batch, context);
  rebuildFromBatch(table, batch, context);
  assert.equal(table.maxSeq(table.existingRecord(1, 0)), 5);
});

test('rebuildFromBatch() passes over a batch that has not the system columns', () => {
  const table = newTable();
  rebuildFromBatch(table, { ...batch, columns: batch.columns.slice(1) }, context);
  assert.equal(table.existingRecord(1, 0), -1);
});
