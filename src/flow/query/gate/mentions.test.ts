import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { StatementParser } from '../execute/parse-statement.ts';
import { isNode, nodesOf, parseAst } from './ast.ts';
import { collectMentions, takesAllColumns } from './mentions.ts';

let parser: StatementParser;
before(async () => {
  parser = await StatementParser.open();
});
after(() => parser.close());

async function nodeOf(sql: string) {
  const parsed = await parser.parse(sql);
  const root = parsed.outcome === 'parsed' ? parseAst(parsed.ast) : null;
  const node = isNode(root) ? nodesOf(root, 'statements')[0]?.['node'] : undefined;
  assert.ok(isNode(node), sql);
  return node;
}

test('collectMentions() finds every name that a statement spells, in lower case', async () => {
  const sql = `SELECT c.Temperature AS t, x['seq'], * EXCLUDE (door) RENAME (a AS b) FROM climate c JOIN trucks USING (device)
    UNPIVOT (v FOR n IN (humidity)) WHERE "Odd Name" > 1`;
  const { spelled } = collectMentions(await nodeOf(sql), ['More']);
  for (const name of ['temperature', 'seq', 'door', 'a', 'device', 'humidity', 'odd name', 'more'])
    assert.ok(spelled.has(name), name);
  assert.ok(!spelled.has('select_node') && !spelled.has('column_ref'));
});

test('collectMentions() knows references that may be whole rows', async () => {
  const { rowReferences } = collectMentions(await nodeOf('SELECT c, d.x, e.* FROM a'));
  assert.deepEqual([...rowReferences].sort(), ['c', 'e', 'x']);
});

test('takesAllColumns() is true where a column may pass without being named', async () => {
  const cases: readonly (readonly [string, boolean, boolean])[] = [
    ['SELECT a FROM t', false, false],
    ['SELECT * FROM t', true, false],
    ['SELECT DISTINCT * FROM t', true, true],
    ['SELECT * FROM t GROUP BY ALL', true, true],
    ['SELECT min(COLUMNS(*)) FROM t', true, true],
    ['SELECT #1 FROM t', true, true],
    ['SELECT a FROM t ORDER BY ALL', true, true],
    ['SELECT a FROM t NATURAL JOIN u', true, true],
    ['SELECT a FROM t JOIN u ON t.a = u.a', false, false],
    ['SELECT a, (SELECT count(*) FROM (SELECT * FROM u)) FROM t', false, false],
    ['SELECT * REPLACE (#1 AS a) FROM t', true, true],
  ];
  for (const [sql, whole, named] of cases) {
    const node = await nodeOf(sql);
    assert.deepEqual([takesAllColumns(node, true), takesAllColumns(node, false)], [whole, named], sql);
  }
});
