import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { readRisk, releaseSql, riskSql } from './release-risk.ts';
import type { ReleaseShape } from './release-risk.ts';

/** Three of the north, of whom two are well; one of the south, with four rows; one of whom nothing is known. */
const ROWS = `VALUES ('a', 'north', 30, 'well'), ('b', 'north', 30, 'well'), ('c', 'north', 30, 'ill'),
  ('d', 'south', 40, 'well'), ('d', 'south', 40, 'ill'), ('d', 'south', 40, 'well'), ('d', 'south', 40, 'ill'),
  ('e', NULL, NULL, NULL)`;
const SHAPE: ReleaseShape = {
  view: 'v',
  columns: ['place', 'state'],
  quasi: ['place', 'age'],
  sensitive: ['state'],
  person: 'who',
  k: 2,
  l: 2,
};

async function run(sql: string): Promise<readonly Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(`CREATE VIEW v AS SELECT * FROM (${ROWS}) t(who, place, age, state)`);
    return (await connection.runAndReadAll(sql)).getRowObjects();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const weigh = async (shape: ReleaseShape) => readRisk(await run(riskSql(shape)));

test('riskSql() weighs groups by persons, before and after small ones are left out', async () => {
  const { before, after, suppressed } = await weigh(SHAPE);
  assert.deepEqual([before.rows, before.groups, before.k, before.l], [8, 3, 1, 1]);
  assert.ok(Math.abs(before.unique - 2 / 3) < 1e-9);
  assert.equal(before.greatest, 1);
  assert.deepEqual([after.rows, after.groups, after.k, after.l, after.unique], [3, 1, 3, 2, 0]);
  assert.ok(Math.abs(after.greatest - 1 / 3) < 1e-9 && Math.abs(after.mean - 1 / 3) < 1e-9);
  assert.equal(suppressed, 5);
});

test('riskSql() counts rows where nobody is named, and leaves nothing where all groups are too small', async () => {
  assert.equal((await weigh({ ...SHAPE, person: null })).after.rows, 7);
  const none = await weigh({ ...SHAPE, k: 9 });
  assert.deepEqual([none.after.rows, none.after.k, none.suppressed], [0, null, 8]);
  assert.equal((await weigh({ ...SHAPE, l: 3 })).after.rows, 0);
});

test('releaseSql() gives the rows of the groups that are left, and of the columns that were asked for', async () => {
  const rows = await run(releaseSql(SHAPE));
  assert.deepEqual(
    rows.map((row) => Object.keys(row).join()),
    ['place,state', 'place,state', 'place,state'],
  );
  assert.deepEqual(new Set(rows.map(({ place }) => place)), new Set(['north']));
  const whole = await run(releaseSql({ ...SHAPE, quasi: [], sensitive: [] }));
  assert.equal(whole.length, 8);
});
