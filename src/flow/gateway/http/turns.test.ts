import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Turns } from './turns.ts';
import type { Pace, Turn, TurnBounds } from './turns.ts';

const BOUNDS = {
  brief: 2,
  long: 3,
  waiting: 4,
  briefMs: 1_000,
  waitMs: 10_000,
  spree: Infinity,
  restMs: 4,
  othersMs: 100,
};

function start(t: TestContext, bounds: Partial<TurnBounds> = {}) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const turns = new Turns({ ...BOUNDS, ...bounds }, () => Date.now());
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

test('Turns has who keeps a line waiting rest between turns, one at a time, while others ask', (t) => {
  const { heard, ask, wait } = start(t, { spree: 3, waiting: 8 });
  ask('quiet', 'q1')?.end();
  const flood = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => ask('flood', name));
  flood[0]?.end();
  assert.deepEqual(heard, ['q1', 'a', 'b', 'c'], 'as many as in a burst go at once');
  flood[1]?.end();
  flood[2]?.end();
  assert.deepEqual(heard.slice(4), [], 'then it rests');
  ask('quiet', 'q2')?.end();
  assert.deepEqual(heard.slice(4), ['q2'], 'others do not');
  wait(3);
  assert.equal(heard.length, 5);
  wait(1);
  assert.deepEqual(heard.slice(5), ['d'], 'and has one turn at a time');
  wait(100);
  flood[3]?.end();
  assert.deepEqual(heard.slice(6), ['e', 'f'], 'nobody else asks any more');
  ask('quiet', 'q3')?.end();
  flood[4]?.end();
  flood[5]?.end();
  assert.deepEqual(heard.slice(8), ['q3']);
  wait(4);
  assert.deepEqual(heard.slice(9), ['g']);
});

test('Turns lets who has nothing waiting any more have a burst again', (t) => {
  const { heard, ask } = start(t, { spree: 3 });
  for (let burst = 0; burst < 3; burst++) {
    ask('quiet', 'q')?.end();
    const asked = ['a', 'b', 'c'].map((name) => ask('user', name));
    for (const turn of asked) turn?.end();
  }
  assert.deepEqual(heard, ['q', 'a', 'b', 'c', 'q', 'a', 'b', 'c', 'q', 'a', 'b', 'c']);
});

test('Turns keeps no more waiting of who rests, and forgets who left meanwhile', (t) => {
  const { turns, heard, ask, wait } = start(t, { spree: 1 });
  ask('quiet', 'q')?.end();
  const flood = ['a', 'b', 'c', 'd', 'e'].map((name) => ask('flood', name));
  flood[0]?.end();
  assert.equal(ask('flood', 'f'), null, 'a rest makes no room');
  for (const turn of flood) turn?.end();
  assert.equal(turns.size, 0);
  wait(4);
  assert.deepEqual(heard, ['q', 'a']);
});
