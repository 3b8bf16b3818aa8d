import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KnownCallers } from './known-callers.ts';

function start() {
  let now = 0;
  const known = new KnownCallers(() => now);
  return { known, wait: (ms: number) => (now += ms) };
}

test('KnownCallers tells whose a credential is once control has said so, for a while', () => {
  const { known, wait } = start();
  assert.equal(known.find('one'), null);
  known.note('one', { 'x-weir-caller': 'person:1' });
  known.note('two', { 'x-weir-caller': 'person:1' });
  assert.deepEqual([known.find('one'), known.find('two')], ['person:1', 'person:1']);
  known.note('one', {});
  assert.equal(known.find('one'), 'person:1');
  wait(600_000);
  assert.equal(known.find('one'), null);
});

test('KnownCallers takes no note of answers that name nobody, and keeps a bounded number', () => {
  const { known } = start();
  for (const fields of [{}, { 'x-weir-caller': '' }, { 'x-weir-caller': ['a', 'b'] }]) known.note('one', fields);
  assert.equal(known.size, 0);
  for (let i = 0; i < 5_000; i++) known.note(`c${i}`, { 'x-weir-caller': 'person:1' });
  assert.equal(known.size, 4_096);
  assert.deepEqual([known.find('c0'), known.find('c4999')], [null, 'person:1']);
});
