import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { StatementParser } from '../execute/parse-statement.ts';
import { isNode, nodesOf, parseAst } from './ast.ts';
import { isAggregate } from './is-aggregate.ts';

let parser: StatementParser;
before(async () => {
  parser = await StatementParser.open();
});
after(() => parser.close());

async function sumsUp(sql: string): Promise<boolean> {
  const parsed = await parser.parse(sql);
  if (parsed.outcome !== 'parsed') return assert.fail(sql);
  const root = parseAst(parsed.ast);
  const node = isNode(root) ? nodesOf(root, 'statements')[0]?.['node'] : undefined;
  return isNode(node) ? isAggregate(node) : assert.fail(sql);
}

test('isAggregate() takes what sums up groups of readings', async () => {
  for (const sql of [
    'SELECT count(*) AS n FROM s',
    'SELECT device, avg(x) AS mean FROM s GROUP BY device',
    "SELECT date_trunc('day', time) AS day, avg(x) FROM s GROUP BY ALL",
    "SELECT date_trunc('day', time) AS time, avg(x) FROM s GROUP BY 1",
    'SELECT count(*) AS n FROM s UNION ALL SELECT sum(x) FROM s',
  ]) {
    assert.equal(await sumsUp(sql), true, sql);
  }
});

test('isAggregate() refuses what gives readings one by one', async () => {
  for (const sql of [
    'SELECT x FROM s',
    'SELECT x, avg(x) OVER () FROM s',
    'SELECT time, avg(x) FROM s GROUP BY time',
    'SELECT time AS t, avg(x) FROM s GROUP BY t',
    'SELECT time, avg(x) FROM s GROUP BY 1',
    'SELECT s.received, avg(x) FROM s GROUP BY ALL',
    'SELECT count(*) AS n FROM s UNION ALL SELECT x FROM s',
  ]) {
    assert.equal(await sumsUp(sql), false, sql);
  }
});
