import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRequest } from './certificate-request.ts';
import { makeRequest } from './testing.ts';

test('makeRequest() makes requests that are taken', () => {
  assert.equal(checkRequest(makeRequest()).algorithm, 'P-256');
});
