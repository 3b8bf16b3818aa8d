import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { StatementParser } from '../execute/parse-statement.ts';
import { isNode, nodesOf, parseAst } from './ast.ts';
import type { AstNode } from './ast.ts';
import { call, columnRef } from './build.ts';
import { columnPath, givesRowByRow, innerQuery, nameOf, openedName, starsOf, unwrapped } from './row-wise.ts';

let parser: StatementParser;
before(async () => {
  parser = await StatementParser.open();
});
after(() => parser.close());

async function selectOf(sql: string): Promise<AstNode> {
  const parsed = await parser.parse(sql);
  assert.ok(parsed.outcome === 'parsed', sql);
  const root = parseAst(parsed.ast);
  const node = isNode(root) ? nodesOf(root, 'statements')[0]?.['node'] : null;
  assert.ok(isNode(node ?? undefined));
  return node as AstNode;
}

test('givesRowByRow() holds where each row of an answer is one of what it is from', async () => {
  for (const [sql, is] of [
    ['SELECT a, b + 1 AS c FROM t WHERE a > 1', true],
    ['SELECT a FROM t LIMIT 9000000000000000', true],
    ['SELECT a FROM t LIMIT 9', false],
    ['SELECT a FROM t GROUP BY a', false],
    ['SELECT count(*) FROM t', false],
    ['SELECT DISTINCT a FROM t', false],
    ['SELECT row_number() OVER () FROM t', false],
    ['SELECT (SELECT 1) FROM t', false],
  ] as const) {
    assert.equal(givesRowByRow(await selectOf(sql)), is, sql);
  }
});

test('columns are told by their names and paths, within what the gate puts around them too', async () => {
  const written = nodesOf(await selectOf('SELECT A.B, c AS "D", least(e, f), g + 1 FROM t'), 'select_list');
  const kept = call('least', [columnRef(['e']), columnRef(['e'])]);
  const items = [...written, kept];
  assert.deepEqual(items.map(nameOf).slice(0, 2), ['b', 'd']);
  assert.deepEqual(
    items.map((item) => columnPath(unwrapped(item))),
    [{ alias: 'a', column: 'b' }, { alias: '', column: 'c' }, null, null, { alias: '', column: 'e' }],
  );
});

test('starsOf(), innerQuery() and openedName() know what they are given', async () => {
  assert.equal(starsOf(await selectOf('SELECT *, COLUMNS(*) + 1 FROM t')).length, 2);
  const from = (await selectOf('SELECT * FROM (SELECT a FROM weir.pump) AS s'))['from_table'] as AstNode;
  const inner = innerQuery(from);
  assert.equal(openedName(inner?.['from_table'] as AstNode), 'pump');
  assert.equal(openedName(from), null);
  const renamed = (await selectOf('SELECT * FROM (SELECT a FROM t) AS s(b)'))['from_table'] as AstNode;
  assert.equal(innerQuery(renamed), null);
});
