import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seconds } from '#base/core/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { ProofMemory } from './proof-memory.ts';

test('use() takes each proof of a key once, for as long as it can count', () => {
  const clock = frozenClock();
  const memory = new ProofMemory(clock, seconds(120));
  assert.equal(memory.use('k', '1'), 'fresh');
  assert.equal(memory.use('k', '1'), 'replayed');
  assert.equal(memory.use('other', '1'), 'fresh');
  clock.advance(seconds(119));
  assert.equal(memory.use('k', '1'), 'replayed');
  clock.advance(seconds(1));
  assert.equal(memory.use('k', '1'), 'fresh');
});

test('use() is bounded, by key and over all, and takes nothing that it cannot remember', () => {
  const clock = frozenClock();
  const memory = new ProofMemory(clock, seconds(10), 6, 4);
  for (let i = 0; i < 4; i++) assert.equal(memory.use('busy', String(i)), 'fresh');
  assert.equal(memory.use('busy', '4'), 'full');
  assert.equal(memory.use('calm', '0'), 'fresh');
  assert.equal(memory.use('calm', '1'), 'fresh');
  assert.equal(memory.use('third', '0'), 'full');
  assert.equal(memory.use('busy', '0'), 'replayed');
  clock.advance(seconds(10));
  assert.equal(memory.use('busy', '5'), 'fresh');
  assert.equal(memory.use('third', '0'), 'fresh');
});
