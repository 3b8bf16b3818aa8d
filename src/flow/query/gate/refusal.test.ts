import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal, shown } from './refusal.ts';

test('shown() cuts and cleans a name for a message', () => {
  assert.equal(shown('climate'), 'climate');
  assert.equal(shown('a\u001b[31mb\n'), 'a?[31mb?');
  assert.equal(shown('x'.repeat(100)).length, 60);
});

test('Refusal carries what was refused', () => {
  const refusal = new Refusal('function x', 'because', 'do that');
  assert.deepEqual([refusal.what, refusal.message, refusal.hint], ['function x', 'because', 'do that']);
});
