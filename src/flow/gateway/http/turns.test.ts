import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Turns } from './turns.ts';
import type { Pace, Turn } from './turns.ts';

const BOUNDS = { brief: 2, long: 3, waiting: 4, briefMs: 1_000, waitMs: 10_000 };

function start(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const turns = new Turns(BOUNDS);
  const heard: string[] = [];
  /** Asks for a turn; what became of it stands in `heard` under this name. */
  const ask = (caller: string, name: string, pace: Pace = 'brief'): Turn | null =>
    turns.ask(caller, pace, { begin: () => heard.push(name), gaveUp: () => heard.push(`${name} gave up`) });
  return { turns, heard, ask, wait: (ms: number) => t.mock.timers.tick(ms) };
}

test('Turns lets so many of one caller begin, the others in their order, and everybody else at once', (t) => {
  const { turns, heard, ask } = start(t);
  const flood = ['a', 'b', 'c', 'd'].map((name) => ask('flood', name));
  assert.deepEqual(heard, ['a', 'b']);
  ask('quiet', 'q')?.end();
  assert.deepEqual(heard, ['a', 'b', 'q']);
  flood[1]?.end();
  flood[1]?.end();
  assert.deepEqual(heard, ['a', 'b', 'q', 'c']);
  flood[0]?.end();
  flood[2]?.end();
  flood[3]?.end();
  assert.deepEqual(heard, ['a', 'b', 'q', 'c', 'd']);
  assert.equal(turns.size, 0);
});

test('Turns keeps a bounded number waiting; who leaves makes room', (t) => {
  const { turns, heard, ask } = start(t);
  const asked = Array.from({ length: 8 }, (_, i) => ask('flood', String(i)));
  assert.deepEqual(
    asked.map((turn) => turn !== null),
    [true, true, true, true, true, true, false, false],
  );
  asked[3]?.end();
  assert.notEqual(ask('flood', 'late'), null);
  for (const turn of asked) turn?.end();
  assert.deepEqual(heard, ['0', '1', '2', '4', '5', 'late']);
  assert.equal(turns.size, 1);
});

test('Turns has turns of their own for long requests', (t) => {
  const { heard, ask } = start(t);
  for (const name of ['s1', 's2', 's3', 's4']) ask('analyst', name, 'long');
  for (const name of ['b1', 'b2', 'b3']) ask('analyst', name);
  assert.deepEqual(heard, ['s1', 's2', 's3', 'b1', 'b2']);
});

test('Turns counts a brief request that lasts as a long one, as far as there is room', (t) => {
  const { heard, ask, wait } = start(t);
  const slow = ['1', '2', '3', '4', '5', '6'].map((name) => ask('slow', name));
  wait(999);
  assert.deepEqual(heard, ['1', '2']);
  wait(1);
  assert.deepEqual(heard, ['1', '2', '3', '4']);
  wait(1_000);
  // Three are long now, and the fourth keeps its turn.
  assert.deepEqual(heard, ['1', '2', '3', '4', '5']);
  slow[0]?.end();
  wait(1_000);
  assert.deepEqual(heard, ['1', '2', '3', '4', '5', '6']);
});

test('Turns lets nobody wait for ever', (t) => {
  const { turns, heard, ask, wait } = start(t);
  const long = ['1', '2', '3', '4'].map((name) => ask('slow', name, 'long'));
  wait(10_000);
  assert.deepEqual(heard, ['1', '2', '3', '4 gave up']);
  for (const turn of long) turn?.end();
  assert.deepEqual([turns.size, heard.length], [0, 4]);
});
