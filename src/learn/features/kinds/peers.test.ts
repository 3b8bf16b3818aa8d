import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FeatureStream } from '../feature-stream.ts';
import { PeerSlots } from '../peer-slots.ts';

test('peers: how far a value is from the others, above how many, of how many; nothing without a group', () => {
  const feature = { kind: 'peers', field: 0, seconds: 10 } as const;
  const slots = new PeerSlots([feature]);
  for (const [i, value] of [10, 11, 12, 13, 14].entries()) slots.add(`d${i}`, 1e6, 1e6, () => value);
  const said = new FeatureStream([feature], 1).push(Float64Array.of(21e6), Float64Array.of(2), slots.view('d9'));
  assert.ok(said[0]! < -5);
  assert.deepEqual(said.slice(1), Float64Array.of(0, 5));
  assert.ok(new FeatureStream([feature], 1).push(Float64Array.of(21e6), Float64Array.of(2)).every(Number.isNaN));
});
