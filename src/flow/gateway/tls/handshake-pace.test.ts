import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { HandshakePace } from './handshake-pace.ts';

function started(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const time = { now: 1_000 };
  const pace = new HandshakePace(() => time.now);
  const begun: string[] = [];
  const queue = (...names: string[]) => names.map((name) => pace.begin(() => void begun.push(name)));
  return { pace, time, queue, pass: (ms: number) => t.mock.timers.tick(ms), begun: () => begun.join('') };
}

test('begin() starts one at once and the others turn by turn, in order', async (t) => {
  const { pace, queue, begun } = started(t);
  queue('a', 'b', 'c');
  for (const [sofar, waiting] of [['a', 2] as const, ['ab', 1] as const, ['abc', 0] as const]) {
    assert.deepEqual([begun(), pace.waiting], [sofar, waiting]);
    await nextTurn();
  }
  queue('d');
  assert.equal(begun(), 'abcd');
});

test('while there is other work there is a rest between two beginnings, and soon none any more', async (t) => {
  const { pace, time, queue, pass, begun } = started(t);
  pace.worked();
  queue('a', 'b', 'c', 'd');
  await nextTurn();
  pass(1);
  assert.equal(begun(), 'a');
  pass(3);
  assert.equal(begun(), 'ab');
  time.now += 1_000;
  pass(4);
  assert.equal(begun(), 'abc');
  await nextTurn();
  assert.equal(begun(), 'abcd');
});

test('one that fails does not keep the next from its turn', async (t) => {
  const { pace, queue, begun } = started(t);
  const fail = (): void => {
    throw new Error('broken');
  };
  assert.throws(() => pace.begin(fail));
  queue('a');
  assert.equal(begun(), '');
  await nextTurn();
  assert.equal(begun(), 'a');
});

test('those that have left meanwhile take no turn and no room', (t) => {
  const { pace, queue, pass, begun } = started(t);
  pace.worked();
  const [, ...gone] = queue('a', ...Array.from({ length: 1_000 }, () => 'x'));
  queue('b');
  for (const leave of gone) leave();
  assert.equal(pace.waiting, 1);
  pass(4);
  assert.deepEqual([begun(), pace.waiting], ['ab', 0]);
});
