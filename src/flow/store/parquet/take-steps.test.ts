import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takeSteps } from './take-steps.ts';

test('takeSteps() takes each step and gives what they came to', () => {
  const taken: number[] = [];
  function* steps(): Generator<void, string> {
    for (const each of [1, 2, 3]) {
      taken.push(each);
      yield;
    }
    return 'done';
  }
  assert.equal(takeSteps(steps()), 'done');
  assert.deepEqual(taken, [1, 2, 3]);
});
