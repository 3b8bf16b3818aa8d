import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { StatementParser } from '../execute/parse-statement.ts';
import { normaliseStatement } from './literals.ts';

let parser: StatementParser;
before(async () => {
  parser = await StatementParser.open();
});
after(() => parser.close());

const KEY = new Uint8Array(32).fill(3);

async function normal(sql: string, key = KEY): Promise<string> {
  const parsed = await parser.parse(sql);
  assert.equal(parsed.outcome, 'parsed', sql);
  return parsed.outcome === 'parsed' ? normaliseStatement(parsed.ast, parsed.shape, key) : '';
}

test('normaliseStatement() shows the statement and no literal', async () => {
  const sql = `SELECT a, 'SECRET1', 4711, 47.11, x'4711', DATE '2047-11-01', INTERVAL 4711 DAYS FROM climate
    WHERE note->>'$.SECRET2' = $$SECRET3$$ AND b IN ('SECRET4') LIMIT 4711`;
  const text = await normal(sql);
  assert.doesNotMatch(text, /SECRET|4711|47\.11|2047/);
  assert.match(text, /^SELECT a, #[0-9a-f]{16}, /);
  assert.match(text, /FROM climate/);
  assert.doesNotMatch(await normal("SELECT * FROM t PIVOT (count(*) FOR a IN ('SECRET5')) "), /SECRET/);
  assert.doesNotMatch(await normal("SELECT CAST(a AS ENUM('SECRET6')) FROM t"), /SECRET/);
});

test('normaliseStatement() gives equal literals equal digests under one key, and others under another', async () => {
  const [, one, two, three] =
    /#(\w+) AND \w+ = #(\w+)\D+#(\w+)/.exec(
      (await normal("SELECT * FROM t WHERE a = 'x' AND b = 'x' OR c = 'y'")).replaceAll(/[()]/g, ''),
    ) ?? [];
  assert.ok(one !== undefined && one === two && one !== three);
  assert.notEqual(await normal("SELECT 'x'"), await normal("SELECT 'x'", new Uint8Array(32).fill(4)));
});

test('normaliseStatement() tells types apart and ignores spelling', async () => {
  assert.notEqual(await normal('SELECT 1'), await normal("SELECT '1'"));
  assert.equal(await normal('select   A from T -- why\n where x=1'), await normal('SELECT A FROM T WHERE (x = 1)'));
});

test('normaliseStatement() is not fooled by a mark in the statement', async () => {
  assert.doesNotMatch(await normal("SELECT '§1§', 'SECRET'"), /SECRET/);
});
