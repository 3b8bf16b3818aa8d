import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ColumnShape } from '#base/core/index.ts';
import { columnOf, execute, governed, grantAll, planOf, testFiles } from '../../../test/support/query-fixture.ts';
import { StatementParser } from './execute/parse-statement.ts';
import { grantOf, prepareStatement } from './prepare-statement.ts';

const SHAPES: readonly ColumnShape[] = [
  { name: 'device', type: 'text', nullable: false },
  { name: 'temperature', type: 'number', nullable: false },
];
const climate = governed('climate', SHAPES);
const access = { relations: new Map([['climate', climate]]), grants: new Map([['climate', grantAll(climate)]]) };

let parser: StatementParser;
const parse = (sql: string) => parser.parse(sql);
before(async () => {
  parser = await StatementParser.open();
});
after(() => parser.close());

test('prepareStatement() gives what may run, what it reads and what its columns are', async () => {
  const prepared = await prepareStatement(
    'SELECT device, avg(temperature) FROM climate WHERE device = $d GROUP BY 1',
    access,
    parse,
  );
  assert.equal(prepared.outcome, 'ready');
  if (prepared.outcome !== 'ready') return;
  assert.deepEqual(prepared.reads, [{ relation: 'climate', columns: ['device', 'temperature'] }]);
  assert.deepEqual(prepared.parameters, ['d']);
  assert.equal(prepared.explain, false);
  assert.deepEqual(prepared.columnNotes, [
    { class: 'operational', unit: null },
    { class: 'operational', unit: null },
  ]);
});

test('prepareStatement() names the place of a mistake', async () => {
  const rejected = await prepareStatement('SELECT device\nFROM climate\nWHER x', access, parse);
  assert.equal(rejected.outcome, 'rejected');
  if (rejected.outcome !== 'rejected') return;
  assert.deepEqual([rejected.code, rejected.line, rejected.column], ['QUERY_SYNTAX', 3, 6]);
});

test('prepareStatement() takes EXPLAIN without options', async () => {
  for (const sql of ['EXPLAIN SELECT device FROM climate', ' -- why\n/* so */ explain\nSELECT device FROM climate']) {
    const prepared = await prepareStatement(sql, access, parse);
    assert.equal(prepared.outcome === 'ready' && prepared.explain, true, sql);
  }
  for (const sql of [
    'EXPLAIN ANALYZE SELECT 1',
    'EXPLAIN (FORMAT json) SELECT 1',
    'EXPLAIN DROP TABLE climate',
    'EXPLAIN',
  ]) {
    assert.equal((await prepareStatement(sql, access, parse)).outcome, 'rejected', sql);
  }
});

test('prepareStatement() explains without rows and without the filter', async () => {
  const grant = await grantOf(
    climate,
    { columns: grantAll(climate).columns, rowFilter: "device = 'hidden-rule'" },
    (text) => parser.parseCondition(text),
  );
  assert.ok(grant !== null);
  const filtered = { ...access, grants: new Map([['climate', grant]]) };
  const prepared = await prepareStatement(
    'EXPLAIN SELECT device, count(*) FROM climate GROUP BY device',
    filtered,
    parse,
  );
  assert.equal(prepared.outcome, 'ready');
  if (prepared.outcome !== 'ready') return;
  const batch = {
    stream: 'climate',
    template: '',
    rows: 9,
    columns: SHAPES.map(({ name, type }) => ({ name, data: columnOf(type, 9, () => 1) })),
  };
  using files = testFiles();
  const world = {
    parser,
    files,
    ...filtered,
    rows: new Map([['climate', { shapes: SHAPES, segments: [], tail: [batch] }]]),
  };
  const plan = {
    ...(await planOf(world, 'SELECT device, count(*) FROM climate GROUP BY device')),
    ast: prepared.ast,
    explain: true,
  };
  const text = new TextDecoder().decode((await execute(world, plan, 'csv')).bytes);
  assert.match(text, /GROUP/);
  assert.doesNotMatch(text, /hidden-rule/);
});

test('grantOf() shows nothing of a relation whose filter cannot be applied', async () => {
  const { columns } = grantAll(climate);
  const parseCondition = (text: string) => parser.parseCondition(text);
  for (const rowFilter of [
    'other = 1',
    'device =',
    'true) OR (true',
    '(SELECT true)',
    '$1 = 1',
    'device = 1; SELECT 2',
    'climate.nothing = 1',
  ]) {
    assert.equal(await grantOf(climate, { columns, rowFilter }, parseCondition), null, rowFilter);
  }
  for (const rowFilter of [
    "device = 'a' -- mine",
    'climate.temperature > 1 AND DEVICE IS NOT NULL',
    "(device = 'a') AND (temperature < 3)",
  ]) {
    assert.notEqual(await grantOf(climate, { columns, rowFilter }, parseCondition), null, rowFilter);
  }
});
