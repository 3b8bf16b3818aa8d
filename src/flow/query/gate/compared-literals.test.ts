import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { StatementParser } from '../execute/parse-statement.ts';
import { comparedLiterals } from './compared-literals.ts';

let parser: StatementParser;
before(async () => {
  parser = await StatementParser.open();
});
after(() => parser.close());

test('comparedLiterals() finds what columns are to be equal to, and nothing else', async () => {
  const cases: readonly (readonly [string, readonly (readonly [string, unknown])[]])[] = [
    ["select * from t where keeper = 'k1'", [['keeper', 'k1']]],
    ["select * from t where 'k1' = v.keeper", [['keeper', 'k1']]],
    [
      "select * from t where Keeper in ('k1', 'k2')",
      [
        ['Keeper', 'k1'],
        ['Keeper', 'k2'],
      ],
    ],
    ['select * from t where keeper = 7 and n > 3', [['keeper', 7]]],
    ['select * from t where keeper = $1', [['keeper', 'given']]],
    ["select count(*) filter (where keeper = 'k1') from t", [['keeper', 'k1']]],
    ["with a as (select * from t where keeper = 'k1') select * from a", [['keeper', 'k1']]],
    ["select * from t where keeper <> 'k1' and keeper like 'k%' and keeper not in ('x')", []],
    ["select * from t where keeper = other and upper(keeper) = 'K1' and keeper = null and keeper = $2", []],
    ["select * from t where keeper in (select 'k1')", []],
  ];
  for (const [sql, expected] of cases) {
    const parsed = await parser.parse(sql);
    assert.equal(parsed.outcome, 'parsed', sql);
    if (parsed.outcome !== 'parsed') continue;
    assert.deepEqual(
      comparedLiterals(parsed.ast, ['given']).map(({ column, value }) => [column, value]),
      expected,
      sql,
    );
  }
});
