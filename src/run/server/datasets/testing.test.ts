import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeDataset } from './testing.ts';

test('makeDataset() has as many rows and parts in its object as in its content', () => {
  const { content, objects } = makeDataset();
  assert.deepEqual([objects[0]?.rows, objects[0]?.parts], [content.rows, content.parts.length]);
});
