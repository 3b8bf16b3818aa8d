import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ColumnShape } from '#base/core/index.ts';
import { filterOf, governed, grantAll } from '../../../../test/support/query-fixture.ts';
import { StatementParser } from '../execute/parse-statement.ts';
import type { GovernedRelation, Grants } from '../relations.ts';
import { gateStatement } from './gate-statement.ts';
import { keptColumns } from './kept-columns.ts';

const SHAPES: readonly ColumnShape[] = [
  { name: 'worker', type: 'text', nullable: false },
  { name: 'site', type: 'text', nullable: false },
  { name: 'n', type: 'number', nullable: false },
];
const PUMP = governed('pump', SHAPES);
const RIDE: GovernedRelation = { ...governed('ride', SHAPES), consent: 'worker' };
const SITES: GovernedRelation = {
  ...governed('sites', [
    { name: 'site', type: 'text', nullable: false },
    { name: 'owner', type: 'text', nullable: false },
  ]),
  kind: 'table',
};

let parser: StatementParser;
before(async () => {
  parser = await StatementParser.open();
});
after(() => parser.close());

async function keptOf(sql: string, names: readonly string[], more: Grants = new Map()) {
  const parsed = await parser.parse(sql);
  assert.ok(parsed.outcome === 'parsed', sql);
  const all = [PUMP, RIDE, SITES];
  const relations = new Map(all.map((each) => [each.name, each]));
  const grants = new Map([...all.map((each) => [each.name, grantAll(each)] as const), ...more]);
  const gated = gateStatement(parsed.ast, { relations, grants });
  assert.ok(gated.outcome === 'ready', `${sql}: ${gated.outcome === 'ready' ? '' : gated.message}`);
  return keptColumns(gated.ast, names);
}

test('keptColumns() are those by which all rows of a value are found', async () => {
  for (const [sql, kept] of [
    ['SELECT * FROM pump WHERE n > 5', { pump: ['worker', 'site', 'n'] }],
    ['SELECT * FROM ride', { ride: ['worker', 'site', 'n'] }],
    ['SELECT p.worker, p.n * 2 AS n FROM pump p', { pump: ['worker'] }],
    ['SELECT worker FROM (SELECT worker, n FROM pump) WHERE n > 1', { pump: ['worker'] }],
    ['SELECT DISTINCT worker, n FROM pump ORDER BY n LIMIT 9', { pump: ['worker', 'n'] }],
    ['SELECT worker, avg(n) AS n FROM pump GROUP BY worker HAVING count(*) > 2', { pump: ['worker'] }],
    ['SELECT site, worker, avg(n) AS n FROM pump GROUP BY ALL', { pump: ['worker', 'site'] }],
    [
      'SELECT p.worker, s.owner, s.site FROM pump p JOIN sites s ON p.site = s.site',
      { pump: ['worker'], sites: ['site'] },
    ],
    ['SELECT worker FROM pump WHERE site IN (SELECT site FROM sites)', { pump: ['worker'] }],
  ] as const) {
    assert.deepEqual(await keptOf(sql, ['worker', 'site', 'n']), kept, sql);
  }
});

test('keptColumns() are none that something else stands in, or that others have a part in', async () => {
  for (const sql of [
    'SELECT lower(worker) AS worker FROM pump',
    'SELECT site AS worker FROM pump',
    'SELECT worker AS who FROM pump',
    'SELECT min(worker) AS worker, avg(n) AS n FROM pump GROUP BY site',
    'SELECT worker, lag(n) OVER (ORDER BY n) AS n FROM pump',
    'SELECT worker, (SELECT max(owner) FROM sites) AS n FROM pump',
    'SELECT a.worker FROM pump a JOIN pump b ON a.site = b.site',
    'SELECT worker FROM pump UNION ALL SELECT site FROM pump',
    'SELECT worker FROM pump GROUP BY GROUPING SETS ((worker), ())',
    'SELECT * REPLACE (site AS worker) FROM pump',
    'WITH p AS (SELECT * FROM pump) SELECT worker FROM p',
  ]) {
    assert.deepEqual(await keptOf(sql, ['worker']), {}, sql);
  }
});

test('keptColumns() leaves out what a mask changes, and sees through row filters', async () => {
  const rowFilter = await filterOf(parser, PUMP, 'n > 3');
  const columns = SHAPES.map(({ name }) => ({ name, mask: name === 'worker' ? 'hash' : null }));
  const grants: Grants = new Map([['pump', { columns, rowFilter }]]);
  assert.deepEqual(await keptOf('SELECT * FROM pump', ['worker', 'site'], grants), { pump: ['site'] });
});
