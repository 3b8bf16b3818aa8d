import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeDataset } from './testing.ts';

test('makeDataset() has as many rows in its object as in its content', () => {
  const { content, object } = makeDataset();
  assert.equal(content.rows, object.rows);
});
