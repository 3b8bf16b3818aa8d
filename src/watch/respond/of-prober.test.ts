import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOfProber } from './of-prober.ts';

test('isOfProber() holds for every stream of the prober and for no other', () => {
  const of = (stream: string | null): boolean => isOfProber({ stream });
  assert.deepEqual(['_probe', '_trial', '_trial_flows'].map(of), [true, true, true]);
  assert.deepEqual(['climate', '_events', null].map(of), [false, false, false]);
});
