import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatementParser } from '../execute/parse-statement.ts';
import { parseAst, textOf, walkAst } from './ast.ts';
import { EXPRESSIONS, MODIFIERS, QUERY_NODES, TABLE_REFS } from './shapes.ts';

/** Between them these have every kind of node that is allowed. */
const STATEMENTS = [
  `WITH a AS (SELECT 1), b(x) AS (FROM a) SELECT DISTINCT ON (x) t.*, * EXCLUDE (k) REPLACE (1 AS x) RENAME (y AS z),
    COLUMNS('a'), $1, #1, CASE WHEN x THEN 1 ELSE 2 END, x BETWEEN 1 AND 2, CAST(x AS INTEGER), x COLLATE nocase,
    list_transform([1], lambda l: l), x IN (SELECT 1), EXISTS (SELECT 1), x IS NULL AND NOT y, x > 1,
    sum(x) FILTER (WHERE y) OVER (PARTITION BY a ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES)
  FROM a JOIN b ON true, (SELECT 1) s, range(3) r, (VALUES (1)) v TABLESAMPLE 10%
  WHERE x GROUP BY x HAVING y QUALIFY z ORDER BY x DESC NULLS LAST LIMIT 1 OFFSET 2`,
  'SELECT 1 UNION ALL SELECT 2 LIMIT 10%',
  'WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i + 1 FROM n) SELECT * FROM n',
  'SELECT * FROM t PIVOT (sum(x) AS s FOR y IN (1, 2) GROUP BY g)',
  'SELECT * FROM (DESCRIBE t)',
];

test('shapes name every kind and part that the engine writes of an ordinary statement', async () => {
  using parser = await StatementParser.open();
  const met = new Set<string>();
  for (const sql of STATEMENTS) {
    const parsed = await parser.parse(sql);
    assert.equal(parsed.outcome, 'parsed', sql);
    walkAst(parseAst(parsed.outcome === 'parsed' ? parsed.ast : ''), (node) => {
      const kind = textOf(node, 'class') || textOf(node, 'type');
      const shape =
        'class' in node
          ? EXPRESSIONS.get(kind)
          : (TABLE_REFS.get(kind) ?? QUERY_NODES.get(kind) ?? MODIFIERS.get(kind));
      if (shape === undefined) return assert.ok(!('class' in node), kind);
      met.add(`${'class' in node ? 'expression ' : ''}${kind}`);
      for (const key of Object.keys(node)) assert.ok(Object.hasOwn(shape, key), `${kind}.${key}`);
      return undefined;
    });
  }
  const known = [
    ...[...EXPRESSIONS.keys()].map((kind) => `expression ${kind}`),
    ...TABLE_REFS.keys(),
    ...QUERY_NODES.keys(),
    ...MODIFIERS.keys(),
  ];
  assert.deepEqual(
    known.filter((kind) => !met.has(kind)),
    [],
  );
});
