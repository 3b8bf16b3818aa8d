import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeviceTable, SEQ, markOf } from './device-table.ts';
import { PendingReadings } from './device-table-pending.ts';

const MARK = markOf(0, 1);

function setup() {
  const table = DeviceTable.create({ devices: 2, streams: 1, records: 2, window: 64, stepped: 1 }, new Uint8Array(8));
  const record = table.record(0, table.streamIndex('s'));
  const pending = new PendingReadings(table);
  const add = (seq: number): void => pending.add(record, seq, seq < 0 ? 0 : table.recordSeq(record, seq, 7, MARK));
  return { table, record, pending, add };
}

test('settle() makes every seq of the group a duplicate for all workers', () => {
  const { table, record, pending, add } = setup();
  for (let seq = 0; seq < 600; seq++) add(seq);
  add(-1);
  assert.equal(pending.count, 601);
  pending.settle(MARK);
  assert.equal(pending.count, 0);
  for (let seq = 540; seq < 600; seq++) assert.equal(table.judgeSeq(record, seq, 7, markOf(1, 1)), SEQ.duplicate);
});

test('undo() makes every seq of the group fresh, gives tokens back and forgets last values', () => {
  const { table, record, pending, add } = setup();
  table.recordSeq(record, 3, 7, 0);
  for (let i = 0; i < 5; i++) assert.equal(table.takeToken(record, 1, 1, 5), true);
  assert.equal(table.takeToken(record, 1, 1, 5), false);
  table.setLastValue(record, 0, 1, 1);
  for (const seq of [4, 5, 90, 91, -1]) add(seq);
  pending.undo(MARK);
  assert.equal(pending.count, 0);
  assert.equal(table.maxSeq(record), 3);
  for (const seq of [4, 5, 90, 91]) assert.equal(table.judgeSeq(record, seq, 7, 0), SEQ.fresh);
  for (let i = 0; i < 5; i++) assert.equal(table.takeToken(record, 1, 1, 5), true);
  assert.ok(Number.isNaN(table.lastValue(record, 0)));
});
