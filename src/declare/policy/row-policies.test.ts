import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { CedarEngine } from './cedar-engine.ts';
import { readsRow, rowFault } from './row-policies.ts';

const engine = new CedarEngine();
const template = makeTemplate(
  'devices: {d: {}}\nstreams: {s: {from: d, fields: {n: {type: integer}, w: {type: text}}}}',
);
const when = (text: string) =>
  engine.toJson(`permit (principal, action == Action::"query", resource) when { ${text} };`);

test('readsRow() finds every way to the row', () => {
  for (const text of ['resource has row', 'resource.row has n', 'resource.row.n == 1', '{a: resource}.a.row.n == 1'])
    assert.equal(readsRow(when(text)), true, text);
  for (const text of ['resource.name == "row"', 'true', 'context has time'])
    assert.equal(readsRow(when(text)), false, text);
});

test('rowFault() takes what becomes a filter whatever the request, and says what never does', () => {
  for (const text of [
    'resource has row.n && resource.row.n > 5',
    'resource has row && resource.row has w && resource.row.w == principal.name',
    'context has purpose && (resource has row.w && resource.row.w like "a*")',
    'resource has row.device_type && resource.row.device_type == DeviceType::"d"',
    'principal.name + 1 == 2',
  ])
    assert.equal(rowFault(when(text), template), null, text);
  for (const text of [
    'resource has row.n && resource.row.n + 1 == 2',
    'resource has row.n && [resource.row.n].contains(1)',
    '{a: resource}.a.row.n == 1',
    'resource.row == resource.row',
  ])
    assert.notEqual(rowFault(when(text), template), null, text);
});
