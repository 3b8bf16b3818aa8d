import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusedFrom, rulesOf } from './testing.ts';

test('rulesOf() and refusedFrom() give what tests of rules begin with', () => {
  assert.equal(rulesOf('rules: { r: { say: a, within: 1m, when: { event: sign-in } } }').length, 1);
  const { index, time, event } = refusedFrom(2, 'a', 3);
  assert.deepEqual([index, time, event.detail], [20, 2e6, { address: 'a', count: 3 }]);
});
