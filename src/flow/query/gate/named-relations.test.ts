import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { StatementParser } from '../execute/parse-statement.ts';
import { changingPart, namedRelations } from './named-relations.ts';

let parser: StatementParser;
before(async () => {
  parser = await StatementParser.open();
});
after(() => parser.close());

async function treeOf(sql: string): Promise<string> {
  const parsed = await parser.parse(sql);
  assert.equal(parsed.outcome, 'parsed', sql);
  return parsed.outcome === 'parsed' ? parsed.ast : '';
}

test('namedRelations() finds what stands in FROM, however deep', async () => {
  const sql = 'with a as (select * from Climate) select (select max(x) from warm) from a join plants p on p.x = a.x';
  assert.deepEqual([...namedRelations(await treeOf(sql), ['climate', 'warm', 'plants', 'other'])].sort(), [
    'climate',
    'plants',
    'warm',
  ]);
});

test('changingPart() names what is another value each time', async () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ['select now() from t', 'now'],
    ['select * from t where ts > current_date', 'current_date'],
    ['select random() from t', 'random'],
    ['select age(ts) from t', 'age'],
    ["select age(ts, timestamp '2026-01-01') from t", null],
    ['select * from t using sample 10 rows', 'sample'],
    ["select today, x from (select 'a' as y, x from t) r(today, x)", 'today'],
    ['select avg(x) from t group by y', null],
  ];
  for (const [sql, expected] of cases) assert.equal(changingPart(await treeOf(sql)), expected, sql);
});
