import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Parameters } from '../execute/plan.ts';
import { StatementParser } from '../execute/parse-statement.ts';
import { privateView } from '../../../../test/support/private-view.ts';
import { readPrivateStatement } from './private-statement.ts';
import type { PrivateStatement } from './private-statement.ts';

const parser = await StatementParser.open();
after(() => parser.close());

const VIEW = privateView();
const SEEN = new Set(VIEW.columns.map(({ name }) => name));

async function read(sql: string, parameters: Parameters = [], seen = SEEN) {
  const parsed = await parser.parse(sql);
  assert.equal(parsed.outcome, 'parsed', sql);
  return readPrivateStatement(parsed.outcome === 'parsed' ? parsed.ast : '', VIEW, seen, parameters);
}

async function statement(sql: string, parameters: Parameters = []): Promise<PrivateStatement> {
  const found = await read(sql, parameters);
  assert.ok(!('outcome' in found), `${sql}: ${'outcome' in found ? found.message : ''}`);
  return found;
}

const names = ({ outputs }: PrivateStatement): readonly string[] => outputs.map(({ name }) => name);

test('readPrivateStatement() takes keys, aggregates, a condition and an order apart', async () => {
  const found = await statement(
    "select line, count(*) as many, avg(x) from v as w where w.ok and time >= '2026-01-01' group by line order by many desc, 1 limit 3",
  );
  assert.deepEqual(names(found), ['line', 'many', 'avg(x)']);
  assert.deepEqual(found.order, [
    { output: 1, descending: true },
    { output: 0, descending: false },
  ]);
  assert.equal(found.limit, 3);
  assert.match(
    found.where ?? '',
    /^\("ok" AND \("time" >= CAST\('2026-01-01T00:00:00Z' AS TIMESTAMP WITH TIME ZONE\)\)\)$/,
  );
});

test('readPrivateStatement() knows each aggregate', async () => {
  const found = await statement(
    'select count(x), sum(n), mean(x), var_pop(x), stddev(x), median(x), quantile_cont(x, 0.9), quantile(n, $1) from v',
    [0.25],
  );
  assert.deepEqual(
    found.outputs.map((output) => (output.is === 'aggregate' ? output.aggregate.ask : '')),
    ['count', 'sum', 'mean', 'variance', 'variance', 'quantile', 'quantile', 'quantile'],
  );
  assert.deepEqual(names(await statement('select histogram(x, 4) from v')), ['bin_from', 'bin_to', 'count']);
});

test('readPrivateStatement() groups by declared keys, by ALL, by place and by steps of bounded times', async () => {
  for (const sql of ['select ok, count(*) from v group by all', 'select ok, count(*) from v group by 1']) {
    assert.deepEqual(
      (await statement(sql)).keys.map(({ by }) => by),
      ['value'],
      sql,
    );
  }
  const days = await statement(
    "select date_trunc('day', time) as day, count(*) from v where time between '2026-01-01' and '2026-01-02T12:00:00Z' group by day",
  );
  const [key] = days.keys;
  assert.ok(key?.by === 'time');
  assert.deepEqual(
    key.starts.map((start) => new Date(start / 1_000).toISOString().slice(0, 10)),
    ['2026-01-01', '2026-01-02'],
  );
  const received = await statement(
    "select count(*) from v where received >= '1970-01-01T00:00:01Z' and received < '1970-01-01T00:00:02Z'",
  );
  assert.deepEqual(received.received, { from: 1_000_000, to: 2_000_000 });
  const either = await statement("select count(*) from v where received >= '1970-01-01T00:00:01Z' or ok");
  assert.deepEqual(either.received, { from: null, to: null });
});

test('readPrivateStatement() refuses what it does not know', async () => {
  for (const sql of [
    'select x from v',
    'select name, count(*) from v group by name',
    'select ok, count(*) from v',
    'select count(*) from v group by ok',
    'select avg(name) from v',
    'select avg(x + 1) from v',
    'select sum(distinct x) from v',
    'select count(*) filter (ok) from v',
    'select max(x) from v',
    'select quantile(x, 2) from v',
    'select quantile(x, [0.1, 0.9]) from v',
    'select count(*) + 1 from v',
    'select main.count(x) from v',
    "select date_trunc('day', time), count(*) from v group by 1",
    "select date_trunc('week', time), count(*) from v where time between '2026-01-01' and '2026-02-01' group by 1",
    "select date_trunc('minute', time), count(*) from v where time between '2026-01-01' and '2027-01-01' group by 1",
    'select ok, count(*) from v group by rollup (ok)',
    'select count(*) from v order by x',
    'select count(*) from v limit 3 offset 1',
    'select distinct count(*) from v',
    'select count(*) over () from v',
    'select count(*) from v qualify true',
    'with a as (select 1) select count(*) from v',
    'select count(*) from v where other = 1',
  ]) {
    const found = await read(sql);
    assert.ok('outcome' in found, sql);
    assert.equal(found.code, 'QUERY_REFUSED');
  }
  const masked = await read('select count(x) from v', [], new Set(['n']));
  assert.ok('outcome' in masked);
});
