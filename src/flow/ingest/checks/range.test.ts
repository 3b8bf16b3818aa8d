import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { Row } from '../row.ts';
import { compileStream } from '../stream-rules.ts';
import { checkRange } from './range.ts';
import { takeNull, takeNumber } from './schema.ts';

const template = makeTemplate(`
devices: {d: {}}
streams:
  s:
    from: d
    fields:
      free: {type: number}
      n: {type: number, range: [-1, 2.5], nullable: true}
      i: {type: integer, range: [0, null], nullable: true}
`);

test('checkRange() takes bounds as inclusive, open ends as open, and names the field', () => {
  const row = new Row(compileStream(template.streams.get('s')!, template.limits));
  const check = (member: number, value: number): [number, string] => {
    row.reset();
    takeNumber(row, member, value);
    return [checkRange(row), row.place];
  };
  assert.deepEqual(check(1, -1), [0, '']);
  assert.deepEqual(check(1, 2.5), [0, '']);
  assert.deepEqual(check(1, 2.500001), [63, 'n']);
  assert.deepEqual(check(1, -1.1), [63, 'n']);
  assert.deepEqual(check(2, -1), [63, 'i']);
  assert.deepEqual(check(2, Number.MAX_SAFE_INTEGER), [0, '']);
  assert.deepEqual(check(0, 1e308), [0, '']);
});

test('checkRange() passes over what is null or left from the reading before', () => {
  const row = new Row(compileStream(template.streams.get('s')!, template.limits));
  takeNumber(row, 1, 99);
  row.reset();
  takeNull(row, 1);
  assert.equal(checkRange(row), 0);
});
