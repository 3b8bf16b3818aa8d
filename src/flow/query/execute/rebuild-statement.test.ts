import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode, mebibytes } from '#base/core/index.ts';
import { Engine } from './engine.ts';
import { rebuildStatement } from './rebuild-statement.ts';

async function rebuild(sql: string, change: (tree: string) => string = (tree) => tree): Promise<string> {
  using engine = await Engine.open({ memory: mebibytes(64), threads: 1 });
  const tree = await engine.textOf('SELECT json_serialize_sql($1::VARCHAR)', sql);
  return await rebuildStatement(engine, change(tree));
}

test('rebuildStatement() writes a tree out, forms with two spellings included', async () => {
  for (const sql of [
    'SELECT a FROM t WHERE a IS TRUE',
    'SELECT * FROM (VALUES (1, 2), (3, 4)) AS v(a, b)',
    'WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT * FROM n',
    'SELECT 9007199254740993, 170141183460469231731687303715884105727, 0.1, 1e300',
    'SELECT a FROM t WHERE a IN (VALUES (1), (2))',
  ]) {
    assert.match(await rebuild(sql), /^(SELECT|WITH)/, sql);
  }
});

test('rebuildStatement() refuses a tree that does not read back as itself, and quotes what is odd', async () => {
  const cross = 'SELECT * FROM a JOIN b ON true CROSS JOIN c NATURAL JOIN d';
  await assert.rejects(rebuild(cross), (error) => hasCode(error, 'QUERY_UNSUPPORTED'));
  const injected = rebuild('SELECT a COLLATE nocase FROM t', (tree) =>
    tree.replace('"nocase"', '"nocase, (SELECT 1)"'),
  );
  assert.equal(await injected, 'SELECT a COLLATE "nocase, (SELECT 1)" FROM t');
});
