import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { reasonOf } from '../reasons.ts';
import { CELL, Row } from '../row.ts';
import { compileStream } from '../stream-rules.ts';
import { checkMembers, takeValue } from './schema.ts';

const template = makeTemplate(`
devices: {d: {}}
streams:
  s:
    from: d
    fields:
      number: {type: number}
      integer: {type: integer, nullable: true}
      boolean: {type: boolean, nullable: true}
      text: {type: text, max-length: 4, nullable: true}
      time_of: {type: time, nullable: true}
      enum: {type: text, enum: [a, b], nullable: true}
      pattern: {type: text, pattern: "^(a+)+$", max-length: 40, nullable: true}
      secret: {type: text, class: secret}
`);
const rules = compileStream(template.streams.get('s')!, template.limits);

for (const [name, value, expected, kept] of [
  ['number', 1.5, 'admitted', 1.5],
  ['number', -0, 'admitted', 0],
  ['number', '1', 'schema-type', null],
  ['number', true, 'schema-type', null],
  ['number', null, 'schema-type', null],
  ['number', [1], 'schema-type', null],
  ['number', new Map(), 'schema-type', null],
  ['integer', 7, 'admitted', 7],
  ['integer', 1e3, 'admitted', 1000],
  ['integer', 7.5, 'schema-type', null],
  ['integer', 2 ** 53, 'integer-overflow', null],
  ['integer', -(2 ** 53), 'integer-overflow', null],
  ['integer', null, 'admitted', null],
  ['boolean', true, 'admitted', 1],
  ['boolean', false, 'admitted', 0],
  ['boolean', 1, 'schema-type', null],
  ['text', 'abcd', 'admitted', 'abcd'],
  ['text', '', 'admitted', ''],
  ['text', 'abcde', 'schema-length', null],
  ['text', 4, 'schema-type', null],
  ['text', '\u{1f30a}\u{1f30a}', 'admitted', '\u{1f30a}\u{1f30a}'],
  ['time_of', 1.5, 'admitted', 1_500_000],
  ['time_of', '1970-01-01T00:00:01.5Z', 'admitted', 1_500_000],
  ['time_of', '1970-01-01', 'schema-type', null],
  ['time_of', 1e300, 'schema-type', null],
  ['enum', 'b', 'admitted', 'b'],
  ['enum', 'c', 'schema-enum', null],
  ['pattern', 'aaa', 'admitted', 'aaa'],
  ['pattern', 'aab', 'schema-pattern', null],
  ['pattern', `${'a'.repeat(35)}!`, 'schema-pattern', null],
  ['secret', 'x', 'secret', null],
  ['secret', null, 'admitted', null],
  ['seq', 0, 'admitted', null],
  ['seq', -1, 'schema-type', null],
  ['seq', 0.5, 'schema-type', null],
  ['seq', 2 ** 53, 'schema-type', null],
  ['seq', '1', 'schema-type', null],
  ['seq', true, 'schema-type', null],
  ['seq', null, 'admitted', null],
  ['time', 'now', 'schema-type', null],
  ['time', true, 'schema-type', null],
  ['time', 1e300, 'schema-type', null],
  ['time', null, 'admitted', null],
] as const) {
  test(`takeValue() of ${JSON.stringify(value)} for ${name} says ${expected}`, () => {
    const row = new Row(rules);
    const member = rules.members.get(name)!;
    assert.equal(reasonOf(takeValue(row, member, value))?.word, expected);
    if (expected !== 'admitted' || member >= rules.fields.length) return;
    assert.equal(row.cells[member], kept === null ? CELL.null : CELL.present);
    if (kept !== null) assert.ok(Object.is(typeof kept === 'string' ? row.texts[member] : row.numbers[member], kept));
  });
}

test('a pattern that would hang a backtracking engine answers at once', () => {
  const row = new Row(rules);
  const began = process.cpuUsage();
  takeValue(row, rules.members.get('pattern')!, `${'a'.repeat(39)}!`);
  assert.ok(process.cpuUsage(began).user < 1_000_000);
});

test('takeValue() takes time and seq as the row’s own', () => {
  const row = new Row(rules);
  takeValue(row, rules.members.get('time')!, '2026-01-01T00:00:00Z');
  takeValue(row, rules.members.get('seq')!, 9);
  assert.deepEqual([row.timeGiven, row.time, row.seqGiven, row.seq], [true, 1_767_225_600_000_000, true, 9]);
});

test('checkMembers() names the first field that is missing; nullable and secret ones may be', () => {
  const row = new Row(rules);
  assert.equal(reasonOf(checkMembers(row))?.word, 'schema-missing');
  assert.equal(row.place, 'number');
  takeValue(row, 0, 1);
  assert.equal(checkMembers(row), 0);
});
