import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAtLeast, STRENGTHS } from './strength.ts';

test('isAtLeast() orders strengths as they are listed, and trusts none that was not told', () => {
  for (const [at, strength] of STRENGTHS.entries()) {
    for (const [least, wanted] of STRENGTHS.entries()) assert.equal(isAtLeast(strength, wanted), at >= least);
    assert.equal(isAtLeast(undefined, strength), false);
  }
});
