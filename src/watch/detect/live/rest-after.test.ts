import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restAfter } from './rest-after.ts';

test('restAfter() rests as long as a block took that stood in line for the processor, and no longer than 50 ms', () => {
  assert.equal(restAfter(30, 30), 0);
  assert.equal(restAfter(30, 28), 0);
  assert.equal(restAfter(30, 20), 30);
  assert.equal(restAfter(400, 20), 50);
  assert.equal(restAfter(0, 0), 0);
});
