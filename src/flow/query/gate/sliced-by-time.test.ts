import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ColumnShape } from '#base/core/index.ts';
import { filterOf, governed, grantAll } from '../../../../test/support/query-fixture.ts';
import { StatementParser } from '../execute/parse-statement.ts';
import type { GovernedRelation, Grants } from '../relations.ts';
import { gateStatement } from './gate-statement.ts';
import { slicedByTime } from './sliced-by-time.ts';

const SHAPES: readonly ColumnShape[] = [
  { name: 'device', type: 'text', nullable: false },
  { name: 'time', type: 'time', nullable: false },
  { name: 'received', type: 'time', nullable: false },
  { name: 'n', type: 'number', nullable: false },
];
const PUMP = governed('pump', SHAPES);
const RIDE: GovernedRelation = { ...governed('ride', SHAPES), consent: 'device' };
const SITES: GovernedRelation = {
  ...governed('sites', [{ name: 'n', type: 'number', nullable: false }]),
  kind: 'table',
};

let parser: StatementParser;
before(async () => {
  parser = await StatementParser.open();
});
after(() => parser.close());

async function slicedOf(sql: string, more: Grants = new Map()): Promise<string | null> {
  const parsed = await parser.parse(sql);
  assert.ok(parsed.outcome === 'parsed', sql);
  const all = [PUMP, RIDE, SITES];
  const relations = new Map(all.map((each) => [each.name, each]));
  const grants = new Map([...all.map((each) => [each.name, grantAll(each)] as const), ...more]);
  const gated = gateStatement(parsed.ast, { relations, grants });
  assert.ok(gated.outcome === 'ready', `${sql}: ${gated.outcome === 'ready' ? '' : gated.message}`);
  return slicedByTime(gated.ast);
}

test('slicedByTime() is the stream whose readings are given one by one with their time', async () => {
  for (const [sql, of] of [
    ['SELECT * FROM "pump" WHERE (n > 5)', 'pump'],
    ['SELECT p.time, p.n * 2 AS x FROM pump p', 'pump'],
    ["SELECT time, n FROM (SELECT device, time, n FROM pump WHERE n > 1) WHERE device = 'a'", 'pump'],
    ['SELECT r.time FROM (SELECT received, time FROM pump) AS r', 'pump'],
    ['SELECT * FROM ride', 'ride'],
    ['SELECT time FROM pump WHERE n IN (SELECT n FROM sites)', 'pump'],
    ['SELECT time FROM pump WHERE n > (SELECT max(n) FROM ride)', 'pump'],
  ] as const) {
    assert.equal(await slicedOf(sql), of, sql);
  }
});

test('slicedByTime() sees through row filters and masks of other columns', async () => {
  const rowFilter = await filterOf(parser, PUMP, 'n > 3');
  const columns = SHAPES.map(({ name }) => ({ name, mask: name === 'n' ? 'round:1' : null }));
  assert.equal(await slicedOf('SELECT * FROM pump', new Map([['pump', { columns, rowFilter }]])), 'pump');
});

test('slicedByTime() is null where rows depend on each other, or their time is not told', async () => {
  for (const sql of [
    'SELECT device, n FROM pump',
    'SELECT received AS time FROM pump',
    "SELECT date_trunc('hour', time) AS time FROM pump",
    'SELECT time, count(*) AS n FROM pump GROUP BY time',
    'SELECT max(time) AS time FROM pump',
    'SELECT DISTINCT time FROM pump',
    'SELECT time FROM pump LIMIT 5',
    'SELECT time, n FROM pump ORDER BY n',
    'SELECT time, lag(n) OVER (ORDER BY time) AS before FROM pump',
    'SELECT time, (SELECT max(n) FROM sites) AS most FROM pump',
    'SELECT time FROM pump QUALIFY row_number() OVER () = 1',
    'SELECT time FROM pump UNION ALL SELECT time FROM pump',
    'SELECT p.time FROM pump p JOIN ride r ON p.n = r.n',
    'SELECT time FROM pump WHERE n = (SELECT max(n) FROM pump)',
    'WITH p AS (SELECT * FROM pump) SELECT time FROM p',
    'SELECT * EXCLUDE (n) FROM pump',
    'SELECT * REPLACE (received AS time) FROM pump',
    'SELECT *, received AS time FROM pump',
    'SELECT n FROM sites',
    'SELECT 1 AS time',
  ]) {
    assert.equal(await slicedOf(sql), null, sql);
  }
  const columns = SHAPES.map(({ name }) => ({ name, mask: name === 'time' ? 'round:1h' : null }));
  assert.equal(await slicedOf('SELECT * FROM pump', new Map([['pump', { columns, rowFilter: null }]])), null);
});
