import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChannelReference, REFERENCE_WINDOWS } from './channel-reference.ts';
import { CHANNEL_SIGNS } from './channel-signs.ts';

const signs = (value: number) => new Float64Array(CHANNEL_SIGNS.length).fill(value);

test('ChannelReference says how rare a sign is among other channels, its own left out', () => {
  const reference = new ChannelReference();
  for (let i = 0; i < 23; i++) reference.add(1, signs(i));
  assert.equal(reference.rarities(2, signs(5)), null, 'too few');
  for (let i = 23; i < 99; i++) reference.add(1, signs(i));
  for (let i = 0; i < 50; i++) reference.add(2, signs(1_000));
  assert.ok(Math.abs(reference.rarities(2, signs(90))![0]! - Math.log(10)) < 1e-9);
  assert.equal(reference.rarities(2, signs(0))![1], 0);
  assert.ok(Math.abs(reference.rarities(2, signs(2_000))![0]! - Math.log(100)) < 1e-9);
  assert.deepEqual(reference.column(2, 0).slice(0, 3), Float64Array.of(0, 1, 2));
});

test('ChannelReference remembers the latest windows alone', () => {
  const reference = new ChannelReference();
  const { length } = reference.numbers;
  for (let i = 0; i < 3 * REFERENCE_WINDOWS; i++) reference.add(i, signs(i));
  assert.deepEqual([reference.windows, reference.numbers.length], [REFERENCE_WINDOWS, length]);
  assert.equal(reference.column(-1, 0)[0], 2 * REFERENCE_WINDOWS);
});
