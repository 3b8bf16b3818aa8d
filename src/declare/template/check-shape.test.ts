import assert from 'node:assert/strict';
import { test } from 'node:test';

import { findingsOf } from '../../../test/support/make-template.ts';
import { checkShape } from './check-shape.ts';
import type { ShapeSchema } from './check-shape.ts';
import { Findings } from './findings.ts';
import { parseYaml } from './parse-yaml.ts';
import { plainValue } from './source-node.ts';

function check(text: string, schema: ShapeSchema): { codes: readonly string[]; left: unknown } {
  const findings = new Findings();
  const node = parseYaml('t.yaml', text, findings);
  assert.ok(node !== null);
  const left = checkShape(node, schema, findings);
  return { codes: findings.sorted().map(({ code }) => code), left: left === null ? null : plainValue(left) };
}

test('checkShape() takes what fits', () => {
  const table: [string, ShapeSchema][] = [
    ['1', { type: 'integer', minimum: 1, maximum: 1 }],
    ['1.5', { type: 'number' }],
    ['x', { type: 'string', pattern: '^x$' }],
    ['true', { type: 'boolean' }],
    ['~', { type: 'null' }],
    ['[a, b]', { type: 'array', items: { type: 'string' }, uniqueItems: true }],
    [
      '{a: 1}',
      { type: 'object', properties: { a: { type: 'integer' } }, additionalProperties: false, required: ['a'] },
    ],
    ['a', { anyOf: [{ type: 'number' }, { enum: ['a'] }] }],
  ];
  for (const [text, schema] of table) assert.deepEqual(check(text, schema).codes, [], text);
});

test('checkShape() tells each kind of difference', () => {
  const table: [string, ShapeSchema, string][] = [
    ['1.5', { type: 'integer' }, 'TEMPLATE_TYPE_WRONG'],
    ['9007199254740993', { type: 'integer' }, 'TEMPLATE_TYPE_WRONG'],
    ['.nan', { type: 'number' }, 'TEMPLATE_TYPE_WRONG'],
    ['.inf', { type: 'number' }, 'TEMPLATE_TYPE_WRONG'],
    ['5', { type: 'string' }, 'TEMPLATE_TYPE_WRONG'],
    ['[]', { type: 'object' }, 'TEMPLATE_TYPE_WRONG'],
    ['{}', { type: 'array' }, 'TEMPLATE_TYPE_WRONG'],
    ['{}', { enum: ['a'] }, 'TEMPLATE_WORD_UNKNOWN'],
    ['b', { enum: ['a'] }, 'TEMPLATE_WORD_UNKNOWN'],
    ['5', { type: 'integer', maximum: 4 }, 'TEMPLATE_VALUE_INVALID'],
    ['0', { type: 'number', exclusiveMinimum: 0 }, 'TEMPLATE_VALUE_INVALID'],
    ['yy', { type: 'string', pattern: '^y$' }, 'TEMPLATE_VALUE_INVALID'],
    ['yy', { type: 'string', maxLength: 1 }, 'TEMPLATE_VALUE_INVALID'],
    ['"\\uD800"', { type: 'string' }, 'TEMPLATE_VALUE_INVALID'],
    ['[1]', { type: 'array', minItems: 2 }, 'TEMPLATE_VALUE_INVALID'],
    ['[1, 1]', { type: 'array', items: { type: 'integer' }, uniqueItems: true }, 'TEMPLATE_VALUE_INVALID'],
    ['{}', { type: 'object', required: ['a'] }, 'TEMPLATE_KEY_MISSING'],
    ['{b: 1}', { type: 'object', properties: { a: {} }, additionalProperties: false }, 'TEMPLATE_KEY_UNKNOWN'],
    [
      '{_: 1}',
      { type: 'object', propertyNames: { pattern: '^[a-z]$', title: 'a' }, additionalProperties: {} },
      'TEMPLATE_NAME_INVALID',
    ],
    ['{a: 1, b: 1}', { type: 'object', maxProperties: 1, additionalProperties: {} }, 'TEMPLATE_TOO_LARGE'],
    ['{}', { anyOf: [{ type: 'string' }, { type: 'number' }] }, 'TEMPLATE_TYPE_WRONG'],
  ];
  for (const [text, schema, code] of table) assert.deepEqual(check(text, schema).codes, [code], text);
});

test('checkShape() leaves out what is wrong and keeps the rest', () => {
  const schema: ShapeSchema = {
    type: 'object',
    properties: { a: { type: 'integer' }, b: { type: 'integer' } },
    additionalProperties: false,
  };
  assert.equal(JSON.stringify(check('{a: x, b: 2, c: 3}', schema).left), '{"b":2}');
});

test('checkShape() takes no key of Object for a key of the schema', () => {
  assert.deepEqual(findingsOf('constructor: 1'), ['TEMPLATE_KEY_UNKNOWN 3:1']);
  assert.deepEqual(findingsOf('__proto__: {a: 1}'), ['TEMPLATE_KEY_UNKNOWN 3:1']);
});

test('checkShape() says of a key without a value that it may be a part of a text', () => {
  const schema: ShapeSchema = { type: 'object', properties: { sql: { type: 'string' } }, additionalProperties: false };
  const messages = (text: string): readonly string[] => {
    const findings = new Findings();
    const node = parseYaml('t.yaml', text, findings);
    assert.ok(node !== null);
    checkShape(node, schema, findings);
    return findings.sorted().map(({ message }) => message);
  };
  assert.match(messages('{ sql: select a, b from c }')[0] ?? '', /unknown key `b from c`.*put the text in quotes/);
  assert.doesNotMatch(messages('{ sqll: select a }')[0] ?? '', /quotes/);
});
