import assert from 'node:assert/strict';
import { test } from 'node:test';
import { governed, grantAll } from '../../../../test/support/query-fixture.ts';
import { formatAst } from './ast.ts';
import { describeCatalogue, listRelations } from './catalogue.ts';

const climate = governed('climate', [
  { name: 'device', type: 'text', nullable: false },
  { name: 'temperature', type: 'number', nullable: true },
]);
const mention = { type: 'BASE_TABLE', alias: '' };

test('listRelations() and describeCatalogue() tell of visible relations and granted columns alone', () => {
  assert.match(formatAst(listRelations([climate], '')), /"climate"/);
  const grants = new Map([['climate', { ...grantAll(climate), columns: [{ name: 'temperature', mask: 'hash' }] }]]);
  const columns = formatAst(describeCatalogue('COLUMNS', [climate], grants, mention));
  assert.match(columns, /"temperature"/);
  assert.match(columns, /"VARCHAR"/);
  assert.doesNotMatch(columns, /"device"/);
  assert.match(formatAst(describeCatalogue('tables', [climate], grants, mention)), /"VIEW"/);
});

test('describeCatalogue() knows no other part of the catalogue', () => {
  for (const table of ['schemata', 'views', 'routines', 'table_constraints', '']) {
    assert.equal(describeCatalogue(table, [climate], new Map(), mention), null);
  }
});
