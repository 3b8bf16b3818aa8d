import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge } from './control.ts';

test('judge() passes where every expectation holds, and names those that do not', () => {
  const evidence = { seen: 1 };
  assert.deepEqual(judge({ a: true, b: true }, evidence), { outcome: 'pass', evidence });
  assert.deepEqual(judge({ a: false, b: true, c: false }, evidence), {
    outcome: 'fail',
    evidence: { seen: 1, broken: ['a', 'c'] },
  });
});
