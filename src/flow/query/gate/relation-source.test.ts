import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ColumnShape } from '#base/core/index.ts';
import { governed, grantAll } from '../../../../test/support/query-fixture.ts';
import { StatementParser } from '../execute/parse-statement.ts';
import { bindFilter, filterColumns, planSource, unknownMasks } from './relation-source.ts';

const SHAPES: readonly ColumnShape[] = [
  { name: 'device', type: 'text', nullable: false },
  { name: 'temperature', type: 'number', nullable: false },
  { name: 'door', type: 'boolean', nullable: false },
];
const climate = governed('climate', SHAPES);

let parser: StatementParser;
before(async () => {
  parser = await StatementParser.open();
});
after(() => parser.close());

async function bind(condition: string) {
  const parsed = await parser.parseCondition(condition);
  return parsed === null ? null : bindFilter(climate, parsed);
}

test('planSource() shows named columns, and reads what masks and filters need besides', async () => {
  const rowFilter = await bind("device = 'a'");
  const columns = [
    { name: 'temperature', mask: 'null' },
    { name: 'door', mask: null },
  ];
  const grant = { columns, rowFilter };
  assert.deepEqual(planSource(climate, grant, new Set(['door', 'device'])), {
    shown: ['door'],
    read: ['door', 'device'],
  });
  assert.deepEqual(planSource(climate, grant, null), { shown: ['temperature', 'door'], read: ['door', 'device'] });
  assert.deepEqual(planSource(climate, { columns: [{ name: 'temperature', mask: 'null' }], rowFilter: null }, null), {
    shown: ['temperature'],
    read: ['temperature'],
  });
});

test('planSource() counts rows by the narrowest column', () => {
  assert.deepEqual(planSource(climate, grantAll(climate), new Set()), { shown: ['door'], read: ['door'] });
});

test('bindFilter() ties columns to the relation and takes nothing else', async () => {
  for (const condition of [
    'device = 1',
    'climate.DEVICE = 1',
    'door AND temperature BETWEEN 1 AND 2',
    "device IN ('a', 'b')",
  ]) {
    assert.notEqual(await bind(condition), null, condition);
  }
  for (const condition of [
    'other',
    'trucks.device = 1',
    'device.x = 1',
    '(SELECT true)',
    '$1',
    'COLUMNS(*)',
    'list_any_value([x -> x])',
  ]) {
    assert.equal(await bind(condition), null, condition);
  }
});

test('filterColumns() and unknownMasks() name what a grant reads and cannot do', async () => {
  const grant = {
    columns: [{ name: 'door', mask: 'shuffle' }],
    rowFilter: await bind('climate.device = 1 OR TEMPERATURE > 2'),
  };
  assert.deepEqual(filterColumns(climate, grant), ['device', 'temperature']);
  assert.deepEqual(unknownMasks(grant), ['shuffle']);
});
