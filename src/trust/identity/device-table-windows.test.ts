import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEVICE_FLAG, DeviceTable, SEQ, markOf } from './device-table.ts';
import { restoreWindows, snapshotWindows } from './device-table-windows.ts';

const SIZE = { devices: 3, streams: 2, records: 6, window: 64, stepped: 1 };

function newTable(key = 1): DeviceTable {
  const table = DeviceTable.create(SIZE, new Uint8Array(8).fill(key));
  for (let device = 0; device < 3; device++) table.setFlags(device, DEVICE_FLAG.known);
  return table;
}

function recordOf(table: DeviceTable, device = 0): number {
  return table.record(device, table.streamIndex('s'));
}

test('a restored window knows its newest seq and takes all older ones for replays', () => {
  const table = newTable();
  for (let seq = 1; seq <= 100; seq++) if (seq !== 97) table.recordSeq(recordOf(table), seq, 1000 + seq, 0);
  table.record(1, table.streamIndex('s'));
  const snapshot = snapshotWindows(table);
  assert.equal(snapshot.windows.length, 1, 'a device without seq leaves none');
  const fresh = newTable();
  restoreWindows(fresh, snapshot);
  restoreWindows(fresh, snapshot);
  const judge = (seq: number, hash: number): number => fresh.judgeSeq(recordOf(fresh), seq, hash, 0);
  for (const seq of [100, 99, 98, 96, 69]) assert.equal(judge(seq, 1000 + seq), SEQ.duplicate, `seq ${seq}`);
  assert.equal(judge(97, 5), SEQ.fresh);
  assert.equal(judge(98, 5), SEQ.replay);
  assert.equal(judge(68, 1068), SEQ.replay);
  assert.equal(judge(101, 5), SEQ.fresh);
});

test('snapshotWindows() leaves out what waits for its group', () => {
  const table = newTable();
  table.recordSeq(recordOf(table), 1, 11, 0);
  table.recordSeq(recordOf(table), 2, 12, 0);
  table.recordSeq(recordOf(table), 5, 15, markOf(0, 1));
  table.recordSeq(recordOf(table, 1), 5, 15, markOf(0, 1));
  const [window, ...rest] = snapshotWindows(table).windows;
  assert.deepEqual(rest, []);
  assert.equal(window!.max, 2);
  assert.deepEqual([...window!.hashes].slice(0, 2), [12, 11]);
});

test('restoreWindows() leaves windows that are further, and rows that are not there', () => {
  const table = newTable();
  table.recordSeq(recordOf(table), 10, 7, 0);
  const snapshot = snapshotWindows(table);
  table.recordSeq(recordOf(table), 20, 8, 0);
  restoreWindows(table, snapshot);
  assert.equal(table.maxSeq(recordOf(table)), 20);
  restoreWindows(table, { ...snapshot, windows: [{ ...snapshot.windows[0]!, device: 77 }] });
});

test('restoreWindows() knows what each of two workers had of a device, whichever is read first', () => {
  const one = newTable();
  for (let seq = 1; seq <= 90; seq++) one.recordSeq(recordOf(one), seq, 1000 + seq, 0);
  const other = newTable();
  for (let seq = 1; seq <= 100; seq++) other.recordSeq(recordOf(other), seq, 1000 + seq, 0);
  const read = newTable();
  restoreWindows(read, snapshotWindows(one));
  // Of a batch behind the first snapshot.
  for (let seq = 101; seq <= 105; seq++) read.recordSeq(recordOf(read), seq, 1000 + seq, 0);
  restoreWindows(read, snapshotWindows(other));
  const judge = (seq: number, hash: number): number => read.judgeSeq(recordOf(read), seq, hash, 0);
  for (let seq = 69; seq <= 105; seq++) assert.equal(judge(seq, 1000 + seq), SEQ.duplicate, `seq ${seq}`);
  assert.equal(judge(95, 5), SEQ.replay);
  assert.equal(judge(106, 5), SEQ.fresh);
});

test('restoreWindows() under another key takes every seq up to the highest for a replay', () => {
  const table = newTable();
  for (const seq of [1, 2, 3]) table.recordSeq(recordOf(table), seq, 7, 0);
  const other = newTable(2);
  restoreWindows(other, snapshotWindows(table));
  for (const seq of [0, 1, 2, 3]) assert.equal(other.judgeSeq(recordOf(other), seq, 7, 0), SEQ.replay);
  assert.equal(other.judgeSeq(recordOf(other), 4, 7, 0), SEQ.fresh);
});
