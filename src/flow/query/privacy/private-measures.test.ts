import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exactRows } from '../../../../test/support/private-rows.ts';
import { privateColumn, privateView } from '../../../../test/support/private-view.ts';
import { gridOf, measureName, measuresOf, passesOf, sensitivityOf, TREE_LEAVES } from './private-measures.ts';
import type { Aggregate, PrivateKey, PrivateStatement } from './private-statement.ts';

const X = privateColumn('x', 'number', { range: [0, 8] });
const N = privateColumn('n', 'integer', { range: [0, 10] });
const LINE: PrivateKey = {
  by: 'value',
  column: privateColumn('line', 'text', { keys: ['north', 'south'] }),
  values: ['north', 'south'],
};

function statementOf(
  rows: number,
  aggregates: readonly Aggregate[],
  keys: readonly PrivateKey[] = [],
): PrivateStatement {
  const outputs = aggregates.map((aggregate, i) => ({ is: 'aggregate', name: `a${i}`, aggregate }) as const);
  const bounds = { received: { from: null, to: null }, order: [], limit: null } as const;
  return { view: privateView(rows), keys, outputs, where: null, ...bounds };
}

test('measuresOf() has what several aggregates rest on once', () => {
  const statement = statementOf(1, [
    { ask: 'count', column: null },
    { ask: 'mean', column: X },
    { ask: 'variance', column: X, sample: true, root: false },
    { ask: 'quantile', column: X, at: 0.5 },
    { ask: 'quantile', column: X, at: 0.9 },
  ]);
  assert.deepEqual(measuresOf(statement).map(measureName), ['rows', 'values x', 'sum x', 'squares x', 'tree x']);
  assert.equal(passesOf(statement).length, 2);
});

test('gridOf() has whole numbers as they are, and sensitivityOf() what one person changes at most', () => {
  assert.deepEqual(gridOf(N), { middle: 5, step: 0.5, most: 10 });
  assert.deepEqual(gridOf(X), { middle: 4, step: 4 / 2 ** 20, most: 2 ** 20 });
  assert.equal(sensitivityOf({ of: 'rows' }, 7), 7n);
  assert.equal(sensitivityOf({ of: 'sum', column: N }, 7), 70n);
  assert.equal(sensitivityOf({ of: 'squares', column: N }, 7), 700n);
  assert.equal(sensitivityOf({ of: 'tree', column: N }, 7), 7n);
});

test('passes weigh each person no more than their rows may, over all groups, and sum exactly', async () => {
  const statement = statementOf(
    10,
    [
      { ask: 'count', column: null },
      { ask: 'sum', column: N },
    ],
    [LINE],
  );
  // a has 40 rows in two groups and one elsewhere, b five in one.
  const rows = `
    SELECT 'a' AS _owner, CASE WHEN i < 10 THEN 'north' WHEN i = 40 THEN 'other' ELSE 'south' END AS line, CAST(10 AS BIGINT) AS n FROM range(41) t(i)
    UNION ALL SELECT 'b', 'north', NULL FROM range(5)`;
  const [pass = []] = await exactRows(statement, rows);
  assert.deepEqual(
    [...pass].sort((a, b) => ((a['k0'] ?? '') < (b['k0'] ?? '') ? -1 : 1)),
    [
      // 10 of 40 rows weigh 2 (cut off from 2.5), and five more count whole; values that are null have no sum.
      { k0: 'north', m0: '7', m1: '2', m2: '25' },
      { k0: 'south', m0: '7', m1: '7', m2: '75' },
    ],
  );
});

test('passes change by no more than the sensitivity where one person comes or goes', async () => {
  const keys = [LINE];
  const statement = statementOf(
    3,
    [
      { ask: 'variance', column: X, sample: true, root: false },
      { ask: 'quantile', column: X, at: 0.5 },
    ],
    keys,
  );
  const others =
    "SELECT 'o' || (i % 5) AS _owner, CASE WHEN i % 3 = 0 THEN 'north' ELSE 'south' END AS line, i % 9 * 1.0 AS x FROM range(60) t(i)";
  const measures = measuresOf(statement);
  for (const person of [
    "SELECT 'p', 'north', 1e300::DOUBLE FROM range(100)",
    "SELECT 'p', CASE WHEN i % 2 = 0 THEN 'north' ELSE 'south' END, 'nan'::DOUBLE FROM range(7) t(i)",
    "SELECT 'p', 'south', '-inf'::DOUBLE FROM range(2)",
    "SELECT 'p', 'north', 4.0 FROM range(1)",
  ]) {
    const [without, withThem] = [
      await exactRows(statement, others),
      await exactRows(statement, `${others} UNION ALL ${person}`),
    ];
    for (const [at, pass] of passesOf(statement).entries()) {
      const sums = (rows: readonly Readonly<Record<string, string>>[] | undefined, i: number) =>
        new Map((rows ?? []).map((row) => [`${row['k0']} ${row['leaf'] ?? ''}`, BigInt(row[`m${i}`] ?? '0')]));
      for (const [i, measure] of pass.measures.entries()) {
        const [before, after] = [sums(without[at], i), sums(withThem[at], i)];
        const changes = [...new Set([...before.keys(), ...after.keys()])].map(
          (key) => (after.get(key) ?? 0n) - (before.get(key) ?? 0n),
        );
        const squared = changes.reduce((sum, change) => sum + change * change, 0n);
        const most = sensitivityOf(measure, 3);
        assert.ok(squared <= most * most, `${measureName(measure)} ${person}: ${squared} > ${most}²`);
      }
    }
  }
  assert.equal(measures.length, 4);
  assert.equal(TREE_LEAVES, 1_024);
});
