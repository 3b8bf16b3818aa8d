import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MAX_STATEMENT_LENGTH, StatementParser } from './parse-statement.ts';

let parser: StatementParser;
before(async () => {
  parser = await StatementParser.open();
});
after(() => parser.close());

test('StatementParser.parse() gives a tree and the shape of the statement', async () => {
  const parsed = await parser.parse("SELECT a FROM t WHERE b = 'x' AND c = 2");
  assert.equal(parsed.outcome, 'parsed');
  if (parsed.outcome !== 'parsed') return;
  assert.equal(JSON.parse(parsed.ast).statements.length, 1);
  assert.equal(parsed.shape, "SELECT a FROM t WHERE ((b = '§0§') AND (c = '§1§'))");
});

test('StatementParser.parse() gives line and column of a mistake, counted in characters', async () => {
  const cases: readonly (readonly [string, number, number])[] = [
    ['SELEC 1', 1, 1],
    ['SELECT 1\nFROM t\nWHER a', 3, 6],
    ["SELECT 'éü' FRM t x", 1, 17],
    ["SELECT '🐦🐦' FRM t x", 1, 17],
  ];
  for (const [sql, line, column] of cases) {
    const parsed = await parser.parse(sql);
    assert.equal(parsed.outcome, 'invalid', sql);
    if (parsed.outcome === 'invalid')
      assert.deepEqual([parsed.code, parsed.line, parsed.column], ['QUERY_SYNTAX', line, column], sql);
  }
});

test('StatementParser.parse() refuses what is no query, with a way where there is one', async () => {
  for (const sql of ['DROP TABLE t', 'EXPLAIN SELECT 1', 'SET threads = 1', 'PRAGMA version']) {
    const parsed = await parser.parse(sql);
    assert.equal(parsed.outcome === 'invalid' && parsed.code, 'QUERY_REFUSED', sql);
  }
  const pivot = await parser.parse('PIVOT t ON a USING sum(b)');
  assert.match(pivot.outcome === 'invalid' ? (pivot.hint ?? '') : '', /IN \('a', 'b'\)/);
});

test('StatementParser.parse() bounds its input', async () => {
  const long = await parser.parse(`SELECT '${'x'.repeat(MAX_STATEMENT_LENGTH)}'`);
  assert.equal(long.outcome === 'invalid' && long.code, 'QUERY_TOO_LONG');
  const zero = await parser.parse('SELECT 1\0; DROP TABLE t');
  assert.equal(zero.outcome === 'invalid' && zero.code, 'QUERY_SYNTAX');
  for (const sql of ['', ';', '-- nothing', '('.repeat(5_000), `SELECT ${'['.repeat(3_000)}`]) {
    const parsed = await parser.parse(sql);
    assert.ok(parsed.outcome === 'invalid' || JSON.parse(parsed.ast).statements.length === 0, sql.slice(0, 20));
  }
});

test('StatementParser.parseCondition() takes exactly one expression', async () => {
  for (const condition of ['a = 1', "a = 'x' -- mine", 'a AND (b OR c)'])
    assert.notEqual(await parser.parseCondition(condition), null, condition);
  for (const condition of [
    '',
    'a,b',
    'a FROM t',
    'a) OR (b',
    'a; SELECT 1',
    'a AS b',
    'a WHERE b',
    'a UNION SELECT 1',
    '1 LIMIT 1',
    '/* x',
  ]) {
    assert.equal(await parser.parseCondition(condition), null, condition);
  }
});
