import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros, minutes } from '#base/core/index.ts';
import { postureAt } from './posture.ts';

test('postureAt() lets a good report go stale, and a bad one never', () => {
  const at = 1_000_000;
  const later = (ms: number) => micros(at + ms * 1_000);
  const good = { state: 'good', at, detail: null } as const;
  const bad = { state: 'bad', at, detail: 'boot not measured' } as const;
  assert.equal(postureAt(null, minutes(1), later(0)).state, 'unknown');
  assert.equal(postureAt(good, minutes(1), later(60_000)).state, 'good');
  assert.equal(postureAt(good, minutes(1), later(60_001)).state, 'stale');
  assert.equal(postureAt(good, null, later(1e12)).state, 'good');
  assert.deepEqual(postureAt(bad, minutes(1), later(1e9)), { state: 'bad', at, detail: 'boot not measured' });
});
