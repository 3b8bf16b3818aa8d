import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { exactRows } from '../../../../test/support/private-rows.ts';
import { privateColumn, privateView } from '../../../../test/support/private-view.ts';
import { measureName, measuresOf, passesOf, sensitivityOf, TREE_LEAVES } from './private-measures.ts';
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

test('sensitivityOf() has what one person changes at most', () => {
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
  for (const ready of [[], ['n']]) {
    const [pass = []] = await exactRows(statement, rows, ready);
    assert.deepEqual(
      [...pass].sort((a, b) => ((a['k0'] ?? '') < (b['k0'] ?? '') ? -1 : 1)),
      [
        // 10 of 40 rows weigh 2 (cut off from 2.5), and five more count whole; values that are null have no sum.
        { k0: 'north', m0: '7', m1: '2', m2: '25' },
        { k0: 'south', m0: '7', m1: '7', m2: '75' },
      ],
    );
  }
});

test('passes sum the same up whether values were put on their grid before or row by row', async () => {
  const statement = statementOf(10, [{ ask: 'variance', column: N, sample: true, root: false }]);
  const rows = "SELECT 'o' || (i % 7) AS _owner, nullif(i % 13, 12)::BIGINT AS n FROM range(500) t(i)";
  assert.deepEqual(await exactRows(statement, rows, ['n']), await exactRows(statement, rows));
  // Without groups, of persons with few rows and with many.
  const own = "SELECT 'a' AS _owner, 10::BIGINT AS n FROM range(40) UNION ALL SELECT 'b', 0 FROM range(4)";
  assert.deepEqual(await exactRows(statement, own, ['n']), [[{ m0: '14', m1: '60', m2: '1400' }]]);
});

test('passes sum the same up whatever order rows come in, and however many threads add them', async () => {
  const statement = statementOf(10, [{ ask: 'variance', column: X, sample: true, root: false }]);
  // In floating point, sums of these would depend on which come first.
  const rows = `
    SELECT 'o' || (i % 3) AS _owner, CASE i % 5 WHEN 0 THEN 8 WHEN 1 THEN 1e-9 WHEN 2 THEN 4 + 1e-7 WHEN 3 THEN 1e300 ELSE i / 1e6 END::DOUBLE AS x
    FROM range(400000) t(i)`;
  const orders = ['', 'ORDER BY hash(rowid)', 'ORDER BY x', 'ORDER BY _owner DESC, x DESC'];
  for (const ready of [[], ['x']]) {
    const sums: unknown[] = [];
    for (const [at, order] of orders.entries())
      sums.push(await exactRows(statement, rows, ready, { order, threads: at + 1 }));
    assert.ok(
      sums.every((each) => isDeepStrictEqual(each, sums[0])),
      JSON.stringify(sums),
    );
  }
});

for (const ready of [[], ['x']])
  test(`passes change by no more than the sensitivity where one person comes or goes (${ready.length === 0 ? 'row by row' : 'on the grid'})`, async () => {
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
        await exactRows(statement, others, ready),
        await exactRows(statement, `${others} UNION ALL ${person}`, ready),
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
