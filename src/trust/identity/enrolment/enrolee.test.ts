import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alreadyUsed } from './enrolee.ts';

test('alreadyUsed() says to whom it is said no more than anybody hears', () => {
  assert.equal(alreadyUsed().code, 'IDENTITY_ENROLMENT_UNAUTHENTICATED');
});
