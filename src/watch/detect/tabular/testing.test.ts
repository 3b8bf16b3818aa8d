import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copod } from './copod.ts';
import { ecod } from './ecod.ts';
import { assertScores } from './testing.ts';

test('assertScores() tells detectors apart by the score of a single row', () => {
  assertScores(ecod, [4.1588830833596715]);
  assert.throws(() => assertScores(copod, [4.1588830833596715]), assert.AssertionError);
});
