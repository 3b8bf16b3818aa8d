import assert from 'node:assert/strict';
import { test } from 'node:test';

import { findingsOf } from '../../../test/support/make-template.ts';

const stream = (name: string, field = 'x') =>
  `devices: {d: {}}\nstreams: {${name}: {from: d, fields: {${field}: {type: number}}}}\n`;

test('checkNames() refuses names that are reserved', () => {
  for (const name of ['select', 'Table', 'main', 'duckdb_tables', 'pragma_x', 'pg_class']) {
    assert.deepEqual(findingsOf(stream(name)), ['TEMPLATE_NAME_RESERVED 4:11'], name);
  }
  for (const name of ['time', 'device', 'SEQ', 'received', 'via', 'time_given']) {
    assert.match(findingsOf(stream('s', name)).join(), /TEMPLATE_NAME_RESERVED/, name);
  }
});

test('checkNames() refuses names that are no identifiers', () => {
  for (const name of ['_x', '1x', 'a-b', 'a.b', 'ä', 'x'.repeat(64)]) {
    assert.match(findingsOf(stream('s', name)).join(), /TEMPLATE_NAME_INVALID/, name);
    assert.match(findingsOf(stream(name)).join(), /TEMPLATE_NAME_INVALID/, name);
  }
});

test('checkNames() lets a field be named like a word of SQL, and a column of a table like a system column', () => {
  assert.deepEqual(findingsOf(stream('s', 'order')), []);
  assert.deepEqual(findingsOf('tables: {t: {fields: {device: {type: text}}}}'), []);
});

test('checkNames() refuses a name that is taken, whatever its case', () => {
  assert.deepEqual(findingsOf(`${stream('s')}tables: {S: {fields: {a: {type: text}}}}`), ['TEMPLATE_NAME_TAKEN 5:10']);
  assert.deepEqual(findingsOf('tables: {t: {fields: {a: {type: text}, A: {type: text}}}}'), [
    'TEMPLATE_NAME_TAKEN 3:40',
  ]);
});
