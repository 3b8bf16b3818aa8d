import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Class } from '#base/core/index.ts';
import { StatementParser } from '../execute/parse-statement.ts';
import type { GovernedRelation } from '../relations.ts';
import { isNode, nodesOf, parseAst } from './ast.ts';
import { traceLineage } from './lineage.ts';

let parser: StatementParser;
before(async () => {
  parser = await StatementParser.open();
});
after(() => parser.close());

function relation(name: string, columns: Record<string, Class>): [string, GovernedRelation] {
  const list = Object.entries(columns).map(([column, cls]) => ({
    name: column,
    sqlType: 'DOUBLE',
    nullable: true,
    class: cls,
    unit: column === 'temperature' ? 'Cel' : null,
    description: null,
  }));
  return [name, { name, kind: 'stream', description: null, purposes: [], columns: list, from: [], definition: null }];
}

const RELATIONS = new Map([
  relation('climate', {
    device: 'operational',
    temperature: 'operational',
    driver: 'identifier',
    place: 'location',
    weather: 'public',
  }),
  relation('vitals', { device: 'operational', pulse: 'health' }),
]);

async function trace(sql: string) {
  const parsed = await parser.parse(sql);
  assert.equal(parsed.outcome, 'parsed', sql);
  const root = parseAst(parsed.outcome === 'parsed' ? parsed.ast : '');
  const node = isNode(root) ? nodesOf(root, 'statements')[0]?.['node'] : undefined;
  assert.ok(isNode(node));
  return traceLineage(node, RELATIONS);
}

const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['SELECT device, temperature, weather FROM climate', ['operational', 'operational', 'public']],
  ['SELECT weather || place, driver FROM climate', ['location', 'identifier']],
  ['SELECT * FROM climate', ['operational', 'operational', 'identifier', 'location', 'public']],
  [
    'SELECT * EXCLUDE (driver) REPLACE (place AS weather) FROM climate',
    ['operational', 'operational', 'location', 'location'],
  ],
  ['SELECT weather FROM climate WHERE driver IS NOT NULL', ['identifier']],
  ['SELECT weather FROM climate ORDER BY place LIMIT 1', ['location']],
  ['SELECT count(*) FROM climate', ['public']],
  ['SELECT count(*) FROM vitals WHERE pulse > 100', ['health']],
  ['SELECT c.weather, v.pulse FROM climate c JOIN vitals v USING (device)', ['operational', 'health']],
  ['SELECT c.weather FROM climate c JOIN vitals v ON c.temperature = v.pulse', ['health']],
  ['SELECT c.weather FROM climate c NATURAL JOIN vitals', ['public']],
  ['WITH x AS (SELECT driver AS d, weather AS w FROM climate) SELECT w, d FROM x', ['public', 'identifier']],
  ['WITH x(a, b) AS (SELECT driver, weather FROM climate) SELECT b, a FROM x', ['public', 'identifier']],
  ['SELECT weather AS w, w || driver AS x, x AS y FROM climate', ['public', 'identifier', 'identifier']],
  ['SELECT weather AS weather FROM climate', ['public']],
  ['SELECT (SELECT max(pulse) FROM vitals) AS p, weather FROM climate', ['health', 'public']],
  ['SELECT weather FROM climate WHERE EXISTS (SELECT 1 FROM vitals WHERE pulse > 1)', ['health']],
  ['SELECT s.w FROM (SELECT weather AS w, driver FROM climate) s', ['public']],
  ['SELECT s FROM (SELECT weather AS w, driver FROM climate) s', ['identifier']],
  ['SELECT weather FROM climate UNION ALL SELECT driver FROM climate', ['identifier']],
  [
    'WITH RECURSIVE r(a) AS (SELECT weather FROM climate UNION SELECT driver FROM climate, r WHERE a > 1) SELECT a FROM r',
    ['identifier'],
  ],
  ['SELECT sum(temperature) OVER (PARTITION BY driver) FROM climate', ['identifier']],
  ['SELECT list_transform([weather], x -> x + place) FROM climate', ['identifier']],
  ['SELECT d FROM climate AS c(a, b, d)', ['identifier']],
  ['SELECT l.p FROM climate c, LATERAL (SELECT c.place AS p) l', ['location']],
];

for (const [sql, classes] of CASES) {
  test(`traceLineage() of ${sql}`, async () => {
    const { columns } = await trace(sql);
    assert.deepEqual(
      columns?.map((fact) => fact.class),
      classes,
    );
  });
}

test('traceLineage() takes everything in reach where columns show at run time only', async () => {
  for (const sql of [
    "SELECT COLUMNS('w.*') FROM climate",
    'SELECT c.*, v.* EXCLUDE (v.device) FROM climate c, vitals v',
  ]) {
    const { columns, strictest } = await trace(sql);
    assert.equal(columns, null);
    assert.ok(strictest === 'identifier' || strictest === 'health');
  }
  assert.equal((await trace('SELECT * FROM climate PIVOT (count(*) FOR weather IN (1, 2))')).columns, null);
});

test('traceLineage() keeps the unit of a value that is still one of its column', async () => {
  const { columns } = await trace(
    'SELECT temperature, max(temperature), lag(c.temperature) OVER (ORDER BY device), temperature * 2 FROM climate c',
  );
  assert.deepEqual(
    columns?.map(({ unit }) => unit),
    ['Cel', 'Cel', 'Cel', null],
  );
});
