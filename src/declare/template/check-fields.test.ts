import assert from 'node:assert/strict';
import { test } from 'node:test';

import { findingsOf } from '../../../test/support/make-template.ts';

const field = (body: string) =>
  findingsOf(`tables: {t: {purposes: [p], fields: {f: {${body}}}}}`).map((line) => line.replace(/ \d+:\d+/, ''));

test('checkFields() takes what fits the type', () => {
  for (const body of [
    'type: number, unit: Cel, range: [-40, 60], step: 2/s, coarsen: 0.1',
    'type: integer, range: [0, null]',
    'type: time, range: [2020-01-01T00:00:00Z, null]',
    'type: text, enum: [a, b], max-length: 1',
    'type: text, pattern: "[a-z]+\\\\d", max-length: 9',
    'type: boolean, nullable: true, class: location',
    'type: text, class: identifier',
    'type: integer, class: personal, tokenise: people, range: [0, 9]',
    'type: integer, coarsen: 10',
    'type: time, coarsen: 1h',
  ]) {
    assert.deepEqual(field(body), [], body);
  }
});

test('checkFields() refuses what does not', () => {
  const table: [string, string][] = [
    ['type: boolean, range: [0, 1]', 'TEMPLATE_FIELD_CONFLICT'],
    ['type: text, range: [0, 1]', 'TEMPLATE_FIELD_CONFLICT'],
    ['type: text, step: 1/s', 'TEMPLATE_FIELD_CONFLICT'],
    ['type: text, unit: Cel', 'TEMPLATE_FIELD_CONFLICT'],
    ['type: time, coarsen: 1', 'TEMPLATE_VALUE_INVALID'],
    ['type: time, coarsen: 0s', 'TEMPLATE_VALUE_INVALID'],
    ['type: number, coarsen: 1h', 'TEMPLATE_VALUE_INVALID'],
    ['type: text, coarsen: 1', 'TEMPLATE_FIELD_CONFLICT'],
    ['type: number, enum: [a]', 'TEMPLATE_FIELD_CONFLICT'],
    ['type: number, pattern: a', 'TEMPLATE_FIELD_CONFLICT'],
    ['type: number, max-length: 5', 'TEMPLATE_FIELD_CONFLICT'],
    ['type: text, enum: [a], pattern: a', 'TEMPLATE_FIELD_CONFLICT'],
    ['type: text, enum: [abc], max-length: 2', 'TEMPLATE_FIELD_CONFLICT'],
    ['type: text, class: secret', 'TEMPLATE_FIELD_CONFLICT'],
    ['type: number, class: identifier', 'TEMPLATE_FIELD_CONFLICT'],
    ['type: boolean, tokenise: t', 'TEMPLATE_FIELD_CONFLICT'],
    ['type: integer, class: identifier, step: 1/s', 'TEMPLATE_FIELD_CONFLICT'],
    ['type: integer, tokenise: t, coarsen: 10', 'TEMPLATE_FIELD_CONFLICT'],
    ['type: text, tokenise: "a b"', 'TEMPLATE_VALUE_INVALID'],
    ['type: text, token: reversible', 'TEMPLATE_FIELD_CONFLICT'],
    ['type: text, tokenise: t, token: sometimes', 'TEMPLATE_WORD_UNKNOWN'],
    ['type: integer, tokenise: t, token: {alphabet: digits, length: [8, 8]}', 'TEMPLATE_FIELD_CONFLICT'],
    ['type: text, tokenise: t, token: {alphabet: digits, length: [5, 8]}', 'TEMPLATE_VALUE_INVALID'],
    ['type: text, tokenise: t, token: {alphabet: digits, length: [9, 8]}', 'TEMPLATE_VALUE_INVALID'],
    ['type: text, tokenise: t, token: {alphabet: "0120", length: [30, 30]}', 'TEMPLATE_VALUE_INVALID'],
    ['type: text, tokenise: t, token: {alphabet: "01", length: [19, 30]}', 'TEMPLATE_VALUE_INVALID'],
    ['type: integer, coarsen: 1.5', 'TEMPLATE_VALUE_INVALID'],
    ['type: number, range: [1, 1]', 'TEMPLATE_RANGE_INVALID'],
    ['type: number, range: [5, 1]', 'TEMPLATE_RANGE_INVALID'],
    ['type: number, range: [null, null]', 'TEMPLATE_RANGE_INVALID'],
    ['type: number, range: ["1", 2]', 'TEMPLATE_RANGE_INVALID'],
    ['type: integer, range: [0, 1.5]', 'TEMPLATE_RANGE_INVALID'],
    ['type: time, range: [0, null]', 'TEMPLATE_RANGE_INVALID'],
    ['type: time, range: [yesterday, null]', 'TEMPLATE_RANGE_INVALID'],
    ['type: number, step: 0/s', 'TEMPLATE_VALUE_INVALID'],
    ['type: number, unit: celsius', 'TEMPLATE_UNIT_UNKNOWN ~Cel'],
    ['type: number, unit: Cell', 'TEMPLATE_UNIT_UNKNOWN ~Cel'],
  ];
  for (const [body, expected] of table) assert.deepEqual(field(body), [expected], body);
});

test('checkFields() takes one format for the tokens of a domain', () => {
  const yaml = (one: string, other: string) => `
devices: {d: {}}
streams:
  a: {from: d, fields: {x: {type: text, tokenise: t${one}}}}
  b: {from: d, fields: {y: {type: text, tokenise: t${other}}}}
`;
  const format = (alphabet: string) => `, token: {alphabet: ${alphabet}, length: [8, 12]}`;
  assert.deepEqual(findingsOf(yaml(format('digits'), format('digits'))), []);
  assert.deepEqual(findingsOf(yaml(', token: reversible', '')), []);
  for (const other of [format('letters'), '', ', token: reversible']) {
    assert.match(findingsOf(yaml(format('digits'), other)).join(), /TEMPLATE_FIELD_CONFLICT/);
  }
});

test('checkFields() takes no format for the subject of a stream', () => {
  const yaml = (token: string) => `
devices: {d: {}}
streams: {s: {from: d, purposes: [p], subject: who, fields: {who: {type: text, class: identifier, token: ${token}}}}}
`;
  assert.deepEqual(findingsOf(yaml('reversible')), []);
  assert.match(findingsOf(yaml('{alphabet: digits, length: [8, 8]}')).join(), /^TEMPLATE_FIELD_CONFLICT/);
});

test('checkFields() takes only patterns that run in linear time', () => {
  for (const pattern of ['(a)\\1', '(?=a)', '(?<!a)b', '(', 'a{2000}', '[z-a]']) {
    assert.deepEqual(field(`type: text, pattern: '${pattern}'`), ['TEMPLATE_PATTERN_INVALID'], pattern);
  }
  assert.deepEqual(field("type: text, pattern: '^(a+)+$'"), []);
});

test('checkFields() bounds the size of a pattern before it is compiled', () => {
  assert.deepEqual(field(`type: text, pattern: '${'a'.repeat(513)}'`), ['TEMPLATE_VALUE_INVALID']);
  const started = process.cpuUsage();
  field("type: text, pattern: '((((a{0,100}){0,100}){0,100}){0,100}){0,100}'");
  assert.ok(process.cpuUsage(started).user < 2_000_000);
});

test('checkFields() refuses a secret that has to be sent', () => {
  const yaml = 'devices: {d: {}}\nstreams: {s: {from: d, fields: {k: {type: text, class: secret, nullable: false}}}}';
  assert.match(findingsOf(yaml).join(), /TEMPLATE_FIELD_CONFLICT 4:\d+$/);
});

test('checkFields() wants at least one field', () => {
  assert.deepEqual(findingsOf('tables: {t: {fields: {}}}'), ['TEMPLATE_VALUE_INVALID 3:22']);
});

test('checkFields() has no tokens for what is refused wherever it is sent', () => {
  const yaml = (body: string) =>
    `devices: {d: {}}\nstreams: {s: {from: d, fields: {f: {type: text, class: secret${body}}}}}`;
  assert.deepEqual(findingsOf(yaml('')), []);
  assert.match(findingsOf(yaml(', tokenise: t')).join(), /TEMPLATE_FIELD_CONFLICT/);
});
