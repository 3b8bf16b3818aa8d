import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { Row } from '../row.ts';
import { compileStream } from '../stream-rules.ts';
import { coarsenRow, storedNumber } from './coarsen.ts';
import { takeNumber } from './schema.ts';

test('coarsenRow() does so for fields that declare a grid', () => {
  const template = makeTemplate(
    'devices: {d: {}}\nstreams: {s: {from: d, fields: {a: {type: number, coarsen: 0.5}, b: {type: number}, c: {type: integer, coarsen: 10}}}}',
  );
  const rules = compileStream(template.streams.get('s')!, template.limits);
  const row = new Row(rules);
  row.reset();
  for (const [at, value] of [1.3, 1.3, 17].entries()) takeNumber(row, at, value);
  assert.deepEqual(
    rules.fields.map((field, i) => storedNumber(field, row.numbers[i]!)),
    [1.5, 1.3, 20],
  );
  coarsenRow(row);
  assert.deepEqual([...row.numbers], [1.5, 1.3, 20]);
});
