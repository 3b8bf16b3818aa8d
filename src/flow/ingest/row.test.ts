import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { takeNumber } from './checks/schema.ts';
import { Row } from './row.ts';
import { compileStream } from './stream-rules.ts';

test('reset() makes a row as if nothing had come', () => {
  const template = makeTemplate('devices: {d: {}}\nstreams: {s: {from: d, fields: {n: {type: number}}}}');
  const row = new Row(compileStream(template.streams.get('s')!, template.limits));
  for (const member of [0, 1, 2]) takeNumber(row, member, 5);
  row.undeclared = 3;
  row.place = 'n';
  assert.deepEqual([row.timeGiven, row.seqGiven], [true, true]);
  row.reset();
  assert.deepEqual(
    [row.timeGiven, row.seqGiven, row.undeclared, row.place, [...row.cells]],
    [false, false, 0, '', [0, 0, 0]],
  );
});
