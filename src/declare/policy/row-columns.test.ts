import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { DEVICE_TYPE, foreignColumns, rowAttributes, rowAttributesOf } from './row-columns.ts';

const template = makeTemplate(`
devices: {d: {}}
streams:
  a: {from: d, fields: {x: {type: number}, state: {type: text}}}
  b: {from: d, fields: {y: {type: integer}, state: {type: integer}}}
tables: {t: {fields: {x: {type: number}, on: {type: boolean}}}}
views: {v: {from: a, sql: select 1}}
`);

test('rowAttributes() has every column once, and none that means two things', () => {
  const attributes = rowAttributes(template);
  assert.deepEqual([attributes.get('x'), attributes.get('y'), attributes.get('on')], ['number', 'integer', 'boolean']);
  assert.deepEqual([attributes.get('device'), attributes.get('time')], ['text', 'time']);
  assert.equal(attributes.get(DEVICE_TYPE), DEVICE_TYPE);
  assert.equal(attributes.has('state'), false);
  assert.deepEqual([attributes.get('kind'), attributes.has('canary')], ['text', false]);
  const own = makeTemplate('devices: {d: {}}\nstreams: {a: {from: d, fields: {kind: {type: integer}}}}');
  assert.equal(rowAttributes(own).get('kind'), 'integer');
  assert.deepEqual(foreignColumns(own, '_events', undefined), ['kind']);
  const taken = makeTemplate('devices: {d: {}}\nstreams: {a: {from: d, fields: {device_type: {type: text}}}}');
  assert.equal(rowAttributes(taken).has(DEVICE_TYPE), false);
});

test('rowAttributesOf() has what the rows of one relation have', () => {
  assert.deepEqual([...rowAttributesOf(template, 't', undefined).keys()], ['x', 'on']);
  assert.ok(rowAttributesOf(template, 'a', undefined).has(DEVICE_TYPE));
  assert.deepEqual([...rowAttributesOf(template, 'v', undefined).keys()], []);
  const columns = [
    { name: 'x', class: 'public', type: 'number' },
    { name: 'y', class: 'public', type: 'text' },
    { name: 'on', class: 'public' },
  ] as const;
  assert.deepEqual([...rowAttributesOf(template, 'v', { columns }).keys()], ['x']);
  assert.deepEqual(foreignColumns(template, 'v', { columns }), ['y', 'on']);
  assert.deepEqual(foreignColumns(template, 'a', undefined), ['state']);
  assert.equal(foreignColumns(template, 'v', undefined), null);
});
