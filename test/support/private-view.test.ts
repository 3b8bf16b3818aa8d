import assert from 'node:assert/strict';
import { test } from 'node:test';
import { privateView } from './private-view.ts';

test('privateView() has a column of each type', () => {
  const types = new Set(privateView().columns.map(({ type }) => type));
  assert.deepEqual([...types].sort(), ['boolean', 'integer', 'number', 'text', 'time']);
});
