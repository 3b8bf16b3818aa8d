import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONTENT_TYPES, formatForAccept, RESULT_FORMATS } from './result-format.ts';

test('formatForAccept() finds the format that a caller asks for first', () => {
  for (const format of RESULT_FORMATS) assert.equal(formatForAccept(CONTENT_TYPES[format]), format);
  assert.equal(formatForAccept('text/html, Application/JSON;q=0.9, text/csv'), 'json');
  assert.equal(formatForAccept('*/*'), null);
  assert.equal(formatForAccept(''), null);
});
