import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RejectedStatement } from '#flow/query/index.ts';
import { outsideRegion, rejection, withoutPurpose } from './statement-refusals.ts';

const REJECTED: RejectedStatement = {
  outcome: 'rejected',
  code: 'QUERY_REFUSED',
  message: 'Cannot run statement: there is no nothing',
  line: null,
  column: null,
  hint: 'Ask for a view',
  what: null,
  source: null,
};

test('rejection() says what a statement was rejected for, and names what another purpose would show', () => {
  const { code, message, hint } = rejection(REJECTED, undefined, 'quality');
  assert.deepEqual([code, message, hint], ['QUERY_REFUSED', REJECTED.message, REJECTED.hint]);
  assert.match(rejection(REJECTED, 'climate', 'quality').message, /climate is not there for quality/);
  assert.match(rejection(REJECTED, 'climate', null).message, /climate is not there for no purpose/);
});

test('outsideRegion() and withoutPurpose() say what to ask for instead', () => {
  assert.match(outsideRegion('ward').message, /ward stays in its region/);
  const error = withoutPurpose({ name: 'climate', purposes: ['quality', 'maintenance'] });
  assert.match(error.message, /climate is there for quality, maintenance/);
  assert.match(error.hint ?? '', /--purpose quality/);
});
