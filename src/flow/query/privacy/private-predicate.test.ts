import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { isNode, nodesOf, parseAst, textsOf } from '../gate/ast.ts';
import type { AstNode } from '../gate/ast.ts';
import { Refusal } from '../gate/refusal.ts';
import { StatementParser } from '../execute/parse-statement.ts';
import type { Parameters } from '../execute/plan.ts';
import { privateView } from '../../../../test/support/private-view.ts';
import { compilePredicate } from './private-predicate.ts';

const parser = await StatementParser.open();
after(() => parser.close());
const { columns } = privateView();

async function compile(condition: string, parameters: Parameters = []) {
  const parsed = await parser.parse(`select 1 from v where ${condition}`);
  const root = parsed.outcome === 'parsed' ? parseAst(parsed.ast) : null;
  const query = isNode(root) ? nodesOf(root, 'statements')[0]?.['node'] : undefined;
  const where = isNode(query ?? null) ? (query as AstNode)['where_clause'] : null;
  assert.ok(isNode(where ?? null), condition);
  const columnOf = (node: AstNode) => {
    const found = columns.find(({ name }) => name === textsOf(node, 'column_names').at(-1));
    if (found === undefined) throw new Refusal('column', 'unknown');
    return found;
  };
  return compilePredicate(where as AstNode, columnOf, parameters);
}

test('compilePredicate() writes comparisons of columns with values', async () => {
  const cases: readonly [string, string, Parameters?][] = [
    ['x > 1.5', `("x" > CAST('1.5' AS DOUBLE))`],
    ['2 >= n', `("n" <= CAST('2' AS DOUBLE))`],
    ["name = 'o''hara'", `("name" = 'o''hara')`],
    ["line in ('north', 'south')", `("line" IN ('north', 'south'))`],
    ['not ok or x is null', `((NOT "ok") OR ("x" IS NULL))`],
    ['ok = true', `("ok" = true)`],
    ['x between $1 and $2', `("x" BETWEEN CAST('1' AS DOUBLE) AND CAST('2' AS DOUBLE))`, [1, 2]],
    ['name = $who', `("name" = 'a')`, { who: 'a' }],
    ["time < date '2026-01-02'", `("time" < CAST('2026-01-02T00:00:00Z' AS TIMESTAMP WITH TIME ZONE))`],
  ];
  for (const [condition, sql, parameters] of cases)
    assert.equal((await compile(condition, parameters)).sql, sql, condition);
});

test('compilePredicate() knows between which times rows lie, where all have to', async () => {
  const bounds = async (condition: string) => (await compile(condition)).bounds.get('time') ?? null;
  const [first, second] = ["'1970-01-01T00:00:01Z'", "'1970-01-01T00:00:02Z'"];
  assert.deepEqual(await bounds(`time >= ${first} and time < ${second}`), { from: 1e6, to: 2e6 });
  assert.deepEqual(await bounds(`${second} > time`), { from: null, to: 2e6 });
  assert.deepEqual(await bounds(`time between ${first} and ${second} and ok`), { from: 1e6, to: 2e6 + 1 });
  assert.deepEqual(await bounds(`time = ${first}`), { from: 1e6, to: 1e6 + 1 });
  assert.equal(await bounds(`time >= ${first} or ok`), null);
  assert.equal(await bounds(`not (time >= ${first} and ok)`), null);
});

test('compilePredicate() refuses what could fail on a row, or works anything out', async () => {
  for (const condition of [
    '1 / x > 0',
    'name = 5',
    "x = 'a'",
    'cast(name as integer) = 5',
    'x > n',
    'x',
    'x = null',
    "time > 'yesterday'",
    'length(name) > 3',
    "name like 'a%'",
    'x in (select 1)',
    'case when ok then true else false end',
    'x > $1',
  ]) {
    await assert.rejects(compile(condition), Refusal, condition);
  }
});
