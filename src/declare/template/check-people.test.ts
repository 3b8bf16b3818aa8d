import assert from 'node:assert/strict';
import { test } from 'node:test';

import { findingsOf } from '../../../test/support/make-template.ts';
import { maskFits } from './check-people.ts';

const role = (body: string) =>
  findingsOf(`devices: {d: {}}
streams: {s: {from: d, purposes: [quality], fields: {x: {type: number}, note: {type: text}}}}
views: {v: {from: s, sql: select 1}}
people: {r: {${body}}}`).map((line) => line.replace(/ \d+:\d+/, ''));

test('checkPeople() takes a sound role', () => {
  const sound =
    'query: [s, v, _events, _devices], rows: {s: x > 0}, masks: {s.x: "round:-1", s.time: hour, v.any: hash}';
  assert.deepEqual(role(`${sound}, purposes: [quality], sees: [health], may: [audit]`), []);
  assert.deepEqual(role('query: all, respond: all, rows: {v: x > 0}, masks: {s.note: null}'), []);
});

test('checkPeople() refuses what does not exist or fit', () => {
  const table: [string, string][] = [
    ['query: [ss]', 'TEMPLATE_REFERENCE_UNKNOWN ~s'],
    ['query: [_probe]', 'TEMPLATE_REFERENCE_UNKNOWN'],
    ['query: al', 'TEMPLATE_WORD_UNKNOWN ~all'],
    ['query: [s], rows: {v: x > 0}', 'TEMPLATE_FIELD_CONFLICT'],
    ['query: [s], rows: {w: x > 0}', 'TEMPLATE_REFERENCE_UNKNOWN ~s'],
    ['query: [v], masks: {s.x: null}', 'TEMPLATE_FIELD_CONFLICT'],
    ['query: [s], masks: {s.y: null}', 'TEMPLATE_REFERENCE_UNKNOWN ~x'],
    ['query: [s], masks: {s.x: hour}', 'TEMPLATE_FIELD_CONFLICT'],
    ['query: [s], masks: {s.note: "round:1"}', 'TEMPLATE_FIELD_CONFLICT'],
    ['query: [s], masks: {s.x: blur}', 'TEMPLATE_VALUE_INVALID'],
    ['sees: [secret]', 'TEMPLATE_FIELD_CONFLICT'],
    ['purposes: [qualty]', 'TEMPLATE_REFERENCE_UNKNOWN ~quality'],
    ['may: [administrate]', 'TEMPLATE_WORD_UNKNOWN ~administer'],
  ];
  for (const [body, expected] of table) assert.ok(role(body).includes(expected), `${body}: ${role(body).join()}`);
});

test('checkPeople() wants somebody who approves, and a proposal that ends', () => {
  const approval = (value: string, may: string) =>
    findingsOf(`approval: ${value}\npeople: {r: {may: [${may}]}}`).map((line) => line.replace(/ \d+:\d+/, ''));
  for (const value of ['{}', '{within: 1m}', '{within: 30d}']) assert.deepEqual(approval(value, 'approve'), []);
  assert.deepEqual(approval('{}', 'audit'), ['TEMPLATE_FIELD_CONFLICT']);
  for (const value of ['{within: 1s}', '{within: 31d}', '{within: soon}'])
    assert.deepEqual(approval(value, 'approve'), ['TEMPLATE_VALUE_INVALID'], value);
});

test('maskFits() rounds numbers, cuts times, hashes what has an exact form', () => {
  assert.ok(maskFits('round:2', 'number') && maskFits('round:0', 'integer') && maskFits('hour', 'time'));
  assert.ok(maskFits('null', 'boolean') && maskFits('hash', 'text'));
  assert.ok(!maskFits('round:2', 'text') && !maskFits('hour', 'number') && !maskFits('hash', 'boolean'));
});
