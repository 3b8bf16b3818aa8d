import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ColumnShape } from '#base/core/index.ts';
import {
  columnOf,
  execute,
  governed,
  grantAll,
  planOf,
  sealToFile,
  testFiles,
} from '../../../../test/support/query-fixture.ts';
import type { World } from '../../../../test/support/query-fixture.ts';
import { disposableFolder } from '../../../../test/support/tmp.ts';
import { planConsentList } from '../execute/consent-list.ts';
import { StatementParser } from '../execute/parse-statement.ts';
import type { GovernedRelation } from '../relations.ts';
import { isNode, nodesOf, parseAst } from './ast.ts';
import { consentColumns, consentList } from './consented.ts';

const SHAPES: readonly ColumnShape[] = [
  { name: 'received', type: 'time', nullable: false },
  { name: 'wearer', type: 'text', nullable: true },
  { name: 'rate', type: 'number', nullable: false },
];
const pulse: GovernedRelation = { ...governed('pulse', SHAPES), consent: 'wearer' };
/** Ten rows at the seconds 0 to 9: a, b, c, nobody, and again. */
const batch = (offset: number) => ({
  stream: 'pulse',
  template: '',
  rows: 10,
  columns: [
    { name: 'received', data: columnOf('time', 10, (row) => (offset + row) * 1e6) },
    { name: 'wearer', data: columnOf('text', 10, (row) => ['a', 'b', 'c', undefined][row % 4]) },
    { name: 'rate', data: columnOf('number', 10, (row) => offset + row) },
  ],
});

let world: World;
let folder: Awaited<ReturnType<typeof disposableFolder>>;
before(async () => {
  folder = await disposableFolder();
  const parser = await StatementParser.open();
  const { segment } = await sealToFile(folder.path, 'pulse', SHAPES, batch(0));
  const parsed = await parser.parse('SELECT wearer, rate FROM pulse WHERE rate < 15');
  const root = parsed.outcome === 'parsed' ? parseAst(parsed.ast) : null;
  const definition = isNode(root) ? (nodesOf(root, 'statements')[0] ?? null) : null;
  const low: GovernedRelation = { ...governed('low', SHAPES.slice(1)), kind: 'view', from: ['pulse'], definition };
  const relations = new Map([pulse, low].map((each) => [each.name, each]));
  const grants = new Map([...relations.values()].map((each) => [each.name, grantAll(each)]));
  const rows = new Map([['pulse', { shapes: SHAPES, segments: [segment], tail: [batch(10)] }]]);
  world = { parser, files: testFiles(), relations, grants, rows };
});
after(async () => {
  world.files[Symbol.dispose]();
  world.parser.close();
  await folder[Symbol.asyncDispose]();
});

/** Rows of a statement where these persons consent, each since a second. */
async function asked(
  sql: string,
  since: Readonly<Record<string, number>>,
): Promise<readonly Record<string, unknown>[]> {
  const plan = await planOf(world, sql);
  const consenting = { subjects: Object.keys(since), since: Float64Array.from(Object.values(since), (at) => at * 1e6) };
  const relations = [...plan.relations, planConsentList('pulse', consenting)];
  const { bytes } = await execute(world, { ...plan, relations });
  return (JSON.parse(Buffer.from(bytes).toString('utf8')) as { rows: Record<string, unknown>[] }).rows;
}

const count = async (sql: string, since: Readonly<Record<string, number>>): Promise<number> =>
  Number((await asked(sql, since))[0]?.['n']);

test('rows are there of those who consent, sealed or not, from when on they do', async () => {
  const all = 'SELECT count(*) AS n FROM pulse';
  assert.equal(await count(all, {}), 0);
  assert.equal(await count(all, { a: 0 }), 6);
  assert.equal(await count(all, { a: 0, b: 0, c: 0 }), 16, 'and those that name nobody are not');
  assert.equal(await count(all, { a: 8.5 }), 3);
  assert.equal(await count(all, { z: 0 }), 0);
  assert.deepEqual(await asked('SELECT DISTINCT wearer FROM pulse ORDER BY 1', { c: 0 }), [{ wearer: 'c' }]);
});

test('no way around through views, joins, subqueries or outer joins', async () => {
  for (const [sql, expected] of [
    ['SELECT count(*) AS n FROM low', 5],
    ['SELECT count(*) AS n FROM pulse AS x JOIN pulse AS y ON true', 36],
    ['SELECT count(*) AS n FROM (SELECT 1) LEFT JOIN pulse ON true', 6],
    ["SELECT (SELECT count(*) FROM pulse WHERE wearer <> 'a') AS n", 0],
    ['WITH _consent_pulse AS (SELECT 1) SELECT count(*) AS n FROM pulse', 6],
    ['SELECT count(*) AS n FROM pulse AS _c', 6],
  ] as const) {
    assert.equal(await count(sql, { a: 0 }), expected, sql);
  }
});

test('an error in a condition tells nothing of rows that are not there', async () => {
  const sql =
    "SELECT count(*) AS n FROM pulse WHERE CASE WHEN wearer = 'b' THEN CAST(wearer AS INTEGER) ELSE 1 END = 1";
  assert.equal(await count(sql, { a: 0 }), 6);
});

test('what tells whether a row is there is read, and cannot be named', async () => {
  const plan = await planOf(world, 'SELECT rate FROM pulse');
  assert.deepEqual(
    plan.relations[0]?.columns.map(({ name }) => name),
    ['received', 'wearer', 'rate'],
  );
  assert.deepEqual(consentColumns(pulse), ['wearer', 'received']);
  assert.deepEqual(consentColumns(governed('other', SHAPES)), []);
  for (const name of [consentList('pulse'), `weir.${consentList('pulse')}`]) {
    await assert.rejects(planOf(world, `SELECT * FROM ${name}`));
  }
});
