import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamWatch } from './stream-watch.ts';
import { climateBatch, climatePlan, climateRows } from './testing.ts';
import type { Finding } from './finding.ts';
import type { SeenScore } from './device-judge.ts';

const PLAN = { ...climatePlan(), tiers: { suspicious: 0.05, sample: 0.2, processor: 1 } };
const PARTS = { monotonicMs: () => 0, typeOf: () => null };
const RULE = { shedding: false, open: true };

function judge(stream: StreamWatch, from: number, to: number, wild?: ReadonlyMap<number, number>): Finding[] {
  stream.take(climateBatch('truck-3', climateRows(from, to, wild)));
  return [...stream.judge(RULE).found];
}

test('StreamWatch goes on from its states as if it had never stopped', () => {
  const [whole, first] = [new StreamWatch(PLAN, PARTS), new StreamWatch(PLAN, PARTS)];
  for (const stream of [whole, first]) judge(stream, 0, 900);
  const again = new StreamWatch(PLAN, PARTS);
  for (const state of first.states()) again.restore(state);
  const wild = new Map([[950, 20]]);
  const [found, after] = [judge(whole, 900, 1_000, wild), judge(again, 900, 1_000, wild)];
  assert.ok(found.length > 0);
  assert.deepEqual(after, found);
  assert.deepEqual([...again.states()], [...whole.states()]);
});

test('StreamWatch says what it shed, who was heard, and what detectors said of each row', () => {
  const stream = new StreamWatch(PLAN, PARTS);
  const scores: SeenScore[] = [];
  stream.listen((score) => scores.push(score));
  stream.take(climateBatch('truck-3', climateRows(0, 50)));
  assert.equal(stream.waiting, 50);
  const heard: [string, number][] = [];
  const { shed } = stream.judge({
    open: false,
    shedding: true,
    heard: (device, until, found) => (heard.push([device, until]), found),
  });
  assert.deepEqual([shed, stream.waiting, heard], [50, 0, [['truck-3', (1_700_000_000 + 49) * 1e6]]]);
  assert.deepEqual(new Set(scores.map(({ detector }) => detector)), new Set(['robust-z']));
  stream.listen(null);
  judge(stream, 50, 60);
  assert.equal(scores.length, 50);
});

test('StreamWatch looks for nothing played again while it sheds, and finds it afterwards', () => {
  const rows = climateRows(0, 1_400);
  for (let row = 800; row < 1_400; row++) {
    for (let i = 0; i < 4; i++) rows.values[4 * row + i] = rows.values[4 * (row - 300) + i]!;
  }
  const cut = (from: number, to: number) => {
    return { values: rows.values.subarray(4 * from, 4 * to), times: rows.times.subarray(from, to), count: to - from };
  };
  const replays = (shedUntil: number): number[] => {
    const stream = new StreamWatch(PLAN, PARTS);
    const found: Finding[] = [];
    for (let at = 0; at < 1_400; at += 50) {
      stream.take(climateBatch('truck-3', cut(at, at + 50)));
      found.push(...stream.judge({ ...RULE, shedding: at >= 800 && at < shedUntil }).found);
    }
    return found.filter(({ violates }) => violates?.kind === 'replay').map(({ start }) => start / 1e6 - 1_700_000_000);
  };
  const [seen, late] = [replays(800)[0]!, replays(1_200)[0]!];
  assert.ok(seen >= 800 && seen < 1_000 && late >= 1_200, `${seen} ${late}`);
});

test('StreamWatch forgets a device, and all that devices are held against together', () => {
  const stream = new StreamWatch(PLAN, PARTS);
  judge(stream, 0, 900);
  assert.equal(stream.baseline('truck-3')?.readings, 900);
  stream.forget([]);
  assert.equal(stream.baseline('truck-3')?.readings, 900);
  stream.forget(['truck-3']);
  assert.equal(stream.baseline('truck-3'), null);
  const left = new StreamWatch(PLAN, PARTS);
  assert.deepEqual([...stream.states()], [...left.states()]);
});

test('StreamWatch tells of readings that are made late by the device that they are of, where a gateway sends for several', () => {
  const watched = (ahead: string): ReadonlySet<string> => {
    const stream = new StreamWatch(PLAN, PARTS);
    const told = new Set<string>();
    for (let at = 0; at < 1_500; at += 10) {
      const received = Float64Array.from({ length: 10 }, (_, i) => (1_700_000_000 + at + i) * 1e6);
      // The gateway hands on what each sent at another delay.
      for (const [number, device] of ['one', 'two', 'three'].entries()) {
        const rows = climateRows(at, at + 10);
        for (let i = 0; i < 10; i++) rows.times[i] = rows.times[i]! - number * 100e6;
        if (device === ahead && at % 300 === 0) rows.times[0] = rows.times[0]! + 295e6;
        const { columns, ...batch } = climateBatch(device, rows);
        const came = { name: 'received', data: { type: 'time', values: received, nulls: null } } as const;
        stream.take({ ...batch, columns: columns.map((column) => (column.name === 'received' ? came : column)) });
      }
      for (const { device, violates } of stream.judge(RULE).found)
        if (violates?.kind === 'made-late') told.add(device!);
    }
    return told;
  };
  assert.deepEqual(watched('nobody'), new Set());
  assert.deepEqual(watched('two'), new Set(['two']));
});
