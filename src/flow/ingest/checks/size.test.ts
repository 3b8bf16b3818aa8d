import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { checkSize } from './size.ts';

test('checkSize() refuses the first byte past the limit', () => {
  const { limits } = makeTemplate(
    'devices: {d: {}}\nlimits: {payload: 300B}\nstreams: {s: {from: d, fields: {n: {type: number}}}}',
  );
  assert.deepEqual([checkSize(0, limits), checkSize(300, limits), checkSize(301, limits)], [0, 0, 20]);
});
