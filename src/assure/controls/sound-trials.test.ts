import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toldBy } from './sound-trials.ts';

test('toldBy() is an alert of one detector, with whatever else is given', () => {
  assert.deepEqual(toldBy('stuck-check').by, ['stuck-check']);
  const told = toldBy('odd-order', { field: 'command.order', evidence: 1 });
  assert.deepEqual([told.by, told.field, told.rule, told.evidence], [['odd-order'], 'command.order', null, 1]);
});
