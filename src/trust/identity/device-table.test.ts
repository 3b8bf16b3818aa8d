import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { DEVICE_FLAG, DeviceTable, SEQ, markOf } from './device-table.ts';

const KEY = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const SIZE = { devices: 4, streams: 3, records: 6, window: 8, stepped: 2 };
const SECOND = 1_000_000;

function recordOf(table: DeviceTable, device = 0): number {
  return table.record(device, table.streamIndex('s'));
}

test('flags take effect in every view of the table', () => {
  const table = DeviceTable.create(SIZE, KEY);
  const other = DeviceTable.attach(table.buffer);
  assert.equal(other.mayAct(1), false, 'a row that nobody set is of no device');
  table.setFlags(1, DEVICE_FLAG.known);
  assert.equal(other.mayAct(1), true);
  const epoch = other.epoch(1);
  for (const flag of [DEVICE_FLAG.disabled, DEVICE_FLAG.revoked, DEVICE_FLAG.contained]) {
    table.setFlags(1, flag);
    assert.equal(other.mayAct(1), false);
    table.setFlags(1, 0, flag);
    assert.equal(other.mayAct(1), true);
  }
  assert.ok(other.epoch(1) > epoch);
  assert.equal(other.mayAct(-1), false);
  assert.equal(other.mayAct(99), false);
  assert.throws(() => table.setFlags(4, 1), RangeError);
});

test('setFlags() lets no other thread see a device free between two states that block it', (t) => {
  const table = DeviceTable.create(SIZE, KEY);
  const states = [DEVICE_FLAG.disabled, DEVICE_FLAG.revoked, DEVICE_FLAG.contained];
  const all = states.reduce((bits, bit) => bits | bit, 0);
  table.setFlags(0, DEVICE_FLAG.known | DEVICE_FLAG.disabled);
  let looks = 0;
  for (const name of ['and', 'or'] as const) {
    const step = Atomics[name] as (array: Int32Array, at: number, bits: number) => number;
    t.mock.method(Atomics, name, (array: Int32Array, at: number, bits: number) => {
      const before = step(array, at, bits);
      looks += 1;
      assert.equal(table.mayAct(0), false, `after ${name}`);
      return before;
    });
  }
  for (const state of states) table.setFlags(0, DEVICE_FLAG.known | state, all & ~state);
  assert.equal(looks, 6);
});

test('bumpEpoch() moves one device or all', () => {
  const table = DeviceTable.create(SIZE, KEY);
  table.bumpEpoch(1);
  assert.deepEqual([table.epoch(0), table.epoch(1)], [0, 1]);
  table.bumpEpoch();
  assert.deepEqual([table.epoch(0), table.epoch(1)], [1, 2]);
});

test('connect() counts up to the limit', () => {
  const table = DeviceTable.create(SIZE, KEY);
  assert.deepEqual([table.connect(0, 2), table.connect(0, 2), table.connect(0, 2)], [true, true, false]);
  table.disconnect(0);
  assert.equal(table.connections(0), 1);
});

test('streamIndex() and record() give the same places in every view, until there is no room', () => {
  const table = DeviceTable.create(SIZE, KEY);
  const other = DeviceTable.attach(table.buffer);
  assert.deepEqual([table.streamIndex('a'), other.streamIndex('b'), table.streamIndex('b')], [0, 1, 1]);
  assert.deepEqual([other.streamIndex('a'), other.streamIndex('c'), other.streamIndex('d')], [0, 2, -1]);
  assert.equal(table.streamIndex('x'.repeat(65)), -1);
  assert.deepEqual(table.streamNames(), ['a', 'b', 'c']);
  assert.equal(table.existingRecord(3, 2), -1);
  const records = [0, 1, 2, 3].flatMap((device) => [0, 1].map((stream) => table.record(device, stream)));
  assert.deepEqual(records, [0, 1, 2, 3, 4, 5, -1, -1]);
  assert.equal(other.record(1, 1), 3);
  assert.equal(other.existingRecord(1, 1), 3);
});

test('takeToken() fills at the rate, up to the burst, and follows a clock that goes back', () => {
  const table = DeviceTable.create(SIZE, KEY);
  const record = recordOf(table);
  const take = (now: number): boolean => table.takeToken(record, now * SECOND, 2, 3);
  assert.deepEqual([take(100), take(100), take(100), take(100)], [true, true, true, false]);
  assert.deepEqual([take(100.4), take(100.5), take(100.6)], [false, true, false]);
  assert.deepEqual([take(200), take(200), take(200), take(200)], [true, true, true, false]);
  assert.equal(take(50), false);
  assert.equal(take(50.5), true);
  table.returnToken(record);
  assert.equal(take(50.5), true);
});

test('tokens() tells what takeToken() would find, and takes nothing', () => {
  const table = DeviceTable.create(SIZE, KEY);
  const record = recordOf(table);
  const tokens = (now: number): number => table.tokens(record, now * SECOND, 2, 3);
  assert.equal(tokens(100), 3);
  for (let i = 0; i < 3; i++) table.takeToken(record, 100 * SECOND, 2, 3);
  assert.deepEqual([tokens(100), tokens(100.5), tokens(100.5), tokens(900), tokens(50)], [0, 1, 1, 3, 0]);
});

test('judgeSeq() tells fresh, duplicate and replay over the window', () => {
  const table = DeviceTable.create(SIZE, KEY);
  const record = recordOf(table);
  const judge = (seq: number, hash: number): number => table.judgeSeq(record, seq, hash, 0);
  assert.equal(judge(100, 7), SEQ.fresh);
  assert.equal(table.recordSeq(record, 100, 7, 0), -1);
  assert.deepEqual(
    [judge(100, 7), judge(100, 8), judge(99, 1), judge(92, 1), judge(93, 1)],
    [SEQ.duplicate, SEQ.replay, SEQ.fresh, SEQ.replay, SEQ.fresh],
  );
  assert.ok(Number.isNaN(table.recordSeq(record, 95, 5, 0)));
  assert.equal(table.recordSeq(record, 103, 3, 0), 100);
  assert.deepEqual(
    [judge(95, 5), judge(96, 1), judge(101, 1), judge(100, 7)],
    [SEQ.replay, SEQ.fresh, SEQ.fresh, SEQ.duplicate],
  );
  table.recordSeq(record, Number.MAX_SAFE_INTEGER, 9, 0);
  assert.deepEqual(
    [judge(103, 3), judge(Number.MAX_SAFE_INTEGER, 9), judge(Number.MAX_SAFE_INTEGER - 7, 1)],
    [SEQ.replay, SEQ.duplicate, SEQ.fresh],
  );
});

test('judgeSeq() agrees with a plain model over random sequences', () => {
  let state = 12345;
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let round = 0; round < 50; round++) {
    const table = DeviceTable.create(SIZE, KEY);
    const record = recordOf(table);
    const seen = new Map<number, number>();
    let max = -1;
    for (let i = 0; i < 200; i++) {
      const seq = Math.max(0, max + random(12) - 9);
      const hash = 1 + random(2);
      const held = seen.get(seq);
      const expected =
        max >= 0 && seq <= max - SIZE.window
          ? SEQ.replay
          : held === undefined
            ? SEQ.fresh
            : held === hash
              ? SEQ.duplicate
              : SEQ.replay;
      assert.equal(table.judgeSeq(record, seq, hash, 0), expected, `seq ${seq} after ${max}`);
      if (expected !== SEQ.fresh) continue;
      table.recordSeq(record, seq, hash, 0);
      seen.set(seq, hash);
      max = Math.max(max, seq);
    }
  }
});

test('a marked seq is pending for other workers and a duplicate for its own', () => {
  const table = DeviceTable.create(SIZE, KEY);
  const record = recordOf(table);
  const [mine, other] = [markOf(0, 1), markOf(1, 1)];
  table.recordSeq(record, 1, 7, mine);
  assert.equal(table.judgeSeq(record, 1, 7, other), SEQ.pending);
  assert.equal(table.judgeSeq(record, 1, 7, markOf(0, 2)), SEQ.duplicate);
  assert.equal(table.settledHash(record, 1), 0);
  table.settleSeq(record, 1, other);
  assert.equal(table.judgeSeq(record, 1, 7, other), SEQ.pending, 'only its own mark settles it');
  table.settleSeq(record, 1, mine);
  assert.equal(table.judgeSeq(record, 1, 7, other), SEQ.duplicate);
  assert.equal(table.settledHash(record, 1), 7);
});

test('undoSeq() makes a seq fresh again and winds the window back', () => {
  const table = DeviceTable.create(SIZE, KEY);
  const record = recordOf(table);
  const mark = markOf(0, 1);
  table.recordSeq(record, 10, 7, 0);
  const before = [11, 12, 30].map((seq) => table.recordSeq(record, seq, 9, mark));
  for (const [i, seq] of [11, 12, 30].entries().toArray().reverse()) table.undoSeq(record, seq, mark, before[i]!);
  assert.equal(table.maxSeq(record), 10);
  for (const seq of [11, 12, 30]) assert.equal(table.judgeSeq(record, seq, 9, mark), SEQ.fresh);
  assert.equal(table.judgeSeq(record, 10, 7, mark), SEQ.replay, 'its slot was lost to the readings that are gone');
  assert.equal(table.judgeSeq(record, 9, 7, mark), SEQ.replay);
});

test('undoSeq() of the first reading leaves none', () => {
  const table = DeviceTable.create(SIZE, KEY);
  const record = recordOf(table);
  table.undoSeq(record, 5, markOf(0, 1), table.recordSeq(record, 5, 7, markOf(0, 1)));
  assert.equal(table.maxSeq(record), null);
  assert.equal(table.judgeSeq(record, 1, 7, 0), SEQ.fresh);
});

test('undoSeq() leaves what another worker recorded since', () => {
  const table = DeviceTable.create(SIZE, KEY);
  const record = recordOf(table);
  const before = table.recordSeq(record, 5, 7, markOf(0, 1));
  table.recordSeq(record, 6, 8, markOf(1, 1));
  table.undoSeq(record, 5, markOf(0, 1), before);
  assert.equal(table.maxSeq(record), 6);
  assert.equal(table.judgeSeq(record, 5, 7, markOf(0, 2)), SEQ.fresh);
  assert.equal(table.judgeSeq(record, 6, 8, markOf(1, 2)), SEQ.duplicate);
});

test('last values and times are kept per field and forgotten together', () => {
  const table = DeviceTable.create(SIZE, KEY);
  const record = recordOf(table);
  assert.ok(Number.isNaN(table.lastValue(record, 1)));
  table.setLastValue(record, 1, 4.5, 99);
  assert.deepEqual([table.lastValue(record, 1), table.lastValueTime(record, 1)], [4.5, 99]);
  table.forgetLastValues(record);
  assert.ok(Number.isNaN(table.lastValue(record, 1)));
  table.noteTime(record, 5);
  table.noteTime(record, 3);
  assert.equal(table.lastTime(record), 5);
});

test('lock() keeps two threads apart', async () => {
  const table = DeviceTable.create(SIZE, KEY);
  const record = recordOf(table);
  const file = new URL('../../../test/conformance/lock-worker.ts', import.meta.url);
  const workers = [0, 1].map(() => new Worker(file, { workerData: { buffer: table.buffer, record, times: 50_000 } }));
  await Promise.all(workers.map((worker) => once(worker, 'exit')));
  assert.equal(table.lastValue(record, 0), 100_000);
});

test('attach() refuses memory that is no table', () => {
  assert.throws(() => DeviceTable.attach(new SharedArrayBuffer(1024)), TypeError);
});

/** Plays readings of one record, those of two counters told apart by their content; tells at which step two were seen. */
function play(table: DeviceTable, steps: readonly (readonly [seq: number, who: number, at?: number])[]): number[] {
  const record = recordOf(table);
  const seen: number[] = [];
  for (const [step, [seq, who, at = 0]] of steps.entries()) {
    const verdict = table.judgeSeq(record, seq, who, 0);
    if (verdict === SEQ.fresh) table.recordSeq(record, seq, who, 0);
    else if (verdict === SEQ.replay && table.noteBehind(record, seq, at)) seen.push(step);
  }
  return seen;
}

const steps = (length: number) => Array.from({ length }, (_, i) => i);

test('noteBehind() sees two counters that take turns, far apart, close together, and in batches', () => {
  for (const [what, apart, batch] of [
    ['far apart', 1_000, 1],
    ['close together', 3, 1],
    ['at the same number', 0, 1],
    ['in batches', 1_000, 6],
  ] as const) {
    const turns = steps(12).flatMap((turn) => [
      ...steps(batch).map((i) => [100 + apart + turn * batch + i, 1] as const),
      ...steps(batch).map((i) => [100 + turn * batch + i, 2] as const),
    ]);
    const seen = play(DeviceTable.create(SIZE, KEY), turns);
    assert.ok(seen.length > 0, what);
  }
});

test('noteBehind() tells restarts, repetitions, retries and rare refusals from two counters', () => {
  const run = steps(40).map((i) => [1_000 + i, 1] as const);
  for (const [what, played] of [
    ['counts anew after a restart', [...run, ...steps(40).map((i) => [i, 2] as const)]],
    ['one message again and again', run.flatMap((one) => [one, [5, 2] as const])],
    ['what was recorded, once through', [...run, ...run, ...run]],
    [
      'a retry with other content now and then',
      run.flatMap((one) => (one[0] % 10 === 0 ? [one, [one[0], 2] as const] : [one])),
    ],
    ['turns that are half an hour apart', run.flatMap((one, i) => [one, [i, 2, i * 1_800 * SECOND] as const])],
  ] as const) {
    assert.deepEqual(play(DeviceTable.create(SIZE, KEY), played), [], what);
  }
});
