import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { StatementParser } from '../execute/parse-statement.ts';
import { isNode } from './ast.ts';
import { mentionsOf, queryOf, sourceOf } from './column-source.ts';
import type { Following } from './column-source.ts';

const ANYTHING: Following = {
  passes: () => true,
  sides: ({ left = null, right = null }) => [left, right].filter((side) => isNode(side)),
};

let parser: StatementParser;
before(async () => {
  parser = await StatementParser.open();
});
after(() => parser.close());

async function astOf(sql: string): Promise<string> {
  const parsed = await parser.parse(sql);
  assert.ok(parsed.outcome === 'parsed', sql);
  return parsed.ast;
}

test('sourceOf() is the column of an opened relation that stands under a name', async () => {
  for (const [sql, source] of [
    ['SELECT a FROM weir.pump', 'pump.a'],
    ['SELECT * FROM (SELECT b AS a FROM weir.pump)', 'pump.b'],
    ['SELECT p.a FROM weir.pump p JOIN weir.ride r ON p.b = r.b', 'pump.a'],
    ['SELECT a FROM weir.pump, weir.ride', null],
    ['SELECT a + 1 AS a FROM weir.pump', null],
    ['SELECT a, b AS a FROM weir.pump', null],
    ['SELECT a FROM pump', null],
  ] as const) {
    const found = sourceOf(queryOf(await astOf(sql))!, 'a', ANYTHING);
    assert.equal(found === null ? null : `${found.relation}.${found.column}`, source, sql);
  }
  const nothing: Following = { ...ANYTHING, passes: () => false };
  assert.equal(sourceOf(queryOf(await astOf('SELECT a FROM weir.pump'))!, 'a', nothing), null);
});

test('mentionsOf() counts how often a relation is opened', async () => {
  const query = queryOf(await astOf('SELECT a FROM weir.pump WHERE a IN (SELECT a FROM weir.pump)'));
  assert.deepEqual([mentionsOf(query!, 'pump'), mentionsOf(query!, 'ride')], [2, 0]);
  assert.equal(queryOf('[]'), null);
});
