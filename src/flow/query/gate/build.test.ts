import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mebibytes } from '#base/core/index.ts';
import { Engine } from '../execute/engine.ts';
import { formatAst } from './ast.ts';
import type { AstNode } from './ast.ts';
import {
  barrier,
  baseTable,
  call,
  columnRef,
  describing,
  integer,
  nothing,
  select,
  star,
  subquery,
  text,
  textRows,
  truth,
} from './build.ts';

async function written(node: AstNode): Promise<string> {
  using engine = await Engine.open({ memory: mebibytes(64), threads: 1 });
  return engine.textOf(
    'SELECT json_deserialize_sql($1::JSON)',
    formatAst({ error: false, statements: [{ node, named_param_map: [] }] }),
  );
}

test('the parts that are put into statements are written as they are meant', async () => {
  const list = [columnRef(['r', 'a'], 'b'), call('upper', [text("it's")]), integer(7, 'n'), nothing(), truth(), star()];
  const from = subquery(select([star()], baseTable('weir', 'climate', '_r'), null, []), 'c', ['x', 'y']);
  assert.equal(
    await written(select(list, from, truth(), [barrier()])),
    "SELECT r.a AS b, upper('it''s'), 7 AS n, NULL, CAST('t' AS BOOLEAN), * FROM (SELECT * FROM weir.climate AS _r) AS c(x, y) WHERE CAST('t' AS BOOLEAN) LIMIT 9000000000000000",
  );
});

test('textRows() gives rows of text, and none with the same columns', async () => {
  const rows = async (values: readonly string[][]) => {
    using engine = await Engine.open({ memory: mebibytes(64), threads: 1 });
    const sql = await written(select([star()], textRows(['a', 'b'], values, 't'), null, []));
    return (await engine.connection.runAndReadAll(sql)).getRowObjects();
  };
  assert.deepEqual(await rows([['1', "x'"]]), [{ a: '1', b: "x'" }]);
  assert.deepEqual(await rows([]), []);
});

test('describing() asks for the columns of a query', async () => {
  assert.equal(
    await written(
      describing(select([integer(1)], { type: 'EMPTY', alias: '', sample: null, query_location: 0 }, null, [])),
    ),
    'DESCRIBE (SELECT 1)',
  );
});
