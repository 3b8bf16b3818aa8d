import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mebibytes } from '#base/core/index.ts';
import { Engine } from '../execute/engine.ts';
import { registerMask } from '../execute/mask-function.ts';
import { formatAst, isNode, nodesOf, parseAst } from './ast.ts';
import { select, subquery } from './build.ts';
import { isMask, maskedType, maskExpression, needsSource } from './mask.ts';

async function masked(value: string, sqlType: string, mask: string | null): Promise<unknown> {
  using engine = await Engine.open({ memory: mebibytes(64), threads: 1 });
  registerMask(engine.connection, new Uint8Array(32).fill(1));
  const source = await engine.textOf(
    'SELECT json_serialize_sql($1::VARCHAR)',
    `SELECT CAST(${value} AS ${sqlType}) AS v`,
  );
  const root = parseAst(source);
  const node = isNode(root) ? nodesOf(root, 'statements')[0]?.['node'] : undefined;
  assert.ok(isNode(node));
  const outer = select([maskExpression('r', 'v', sqlType, mask)], subquery(node, 'r'), null, []);
  const ast = formatAst({ error: false, statements: [{ node: outer, named_param_map: [] }] });
  const sql = await engine.textOf('SELECT json_deserialize_sql($1::JSON)', ast);
  return (
    await engine.connection.runAndReadAll(`SELECT v::VARCHAR || ' ' || typeof(v), typeof(v) FROM (${sql})`)
  ).getRows()[0];
}

test('maskExpression() shows what each mask lets through', async () => {
  assert.deepEqual(await masked('12.34', 'DOUBLE', null), ['12.34 DOUBLE', 'DOUBLE']);
  assert.deepEqual(await masked('12.34', 'DOUBLE', 'round:1'), ['12.3 DOUBLE', 'DOUBLE']);
  assert.deepEqual(await masked('1234', 'BIGINT', 'round:-2'), ['1200 BIGINT', 'BIGINT']);
  assert.deepEqual(await masked('12.34', 'DOUBLE', 'null'), [null, 'DOUBLE']);
  assert.deepEqual(await masked("'2024-03-05 17:45:00+00'", 'TIMESTAMP WITH TIME ZONE', 'month'), [
    '2024-03-01 00:00:00+00 TIMESTAMP WITH TIME ZONE',
    'TIMESTAMP WITH TIME ZONE',
  ]);
});

test('maskExpression() tells nothing of the sign of what rounds to zero', async () => {
  assert.deepEqual(await masked('-0.4', 'DOUBLE', 'round:0'), await masked('0.4', 'DOUBLE', 'round:0'));
});

test('maskExpression() digests any value under the key', async () => {
  const [text] = (await masked('42', 'BIGINT', 'hash')) as [string];
  assert.match(text, /^[0-9a-f]{32} VARCHAR$/);
  assert.deepEqual(await masked('42', 'BIGINT', 'hash'), [text, 'VARCHAR']);
  assert.deepEqual(await masked('NULL', 'BIGINT', 'hash'), [null, 'VARCHAR']);
});

test('maskExpression() puts any value into one of so many buckets under the key', async () => {
  const [text] = (await masked("'pump-7'", 'VARCHAR', 'bucket:100')) as [string];
  assert.match(text, /^\d{1,2} BIGINT$/);
  assert.deepEqual(await masked('NULL', 'VARCHAR', 'bucket:100'), [null, 'BIGINT']);
  assert.equal(maskedType('VARCHAR', 'bucket:100'), 'BIGINT');
  for (const wrong of ['bucket:1', 'bucket:0', 'bucket:2000000', 'bucket:', 'bucket:1e3']) assert.ok(!isMask(wrong));
});

test('maskExpression() shows null for what it does not know or what does not suit the type', async () => {
  for (const mask of ['shuffle', 'round', 'round:x', 'hour ', ''])
    assert.deepEqual(await masked('1', 'DOUBLE', mask), [null, 'DOUBLE'], mask);
  assert.deepEqual(await masked("'x'", 'VARCHAR', 'round:1'), [null, 'VARCHAR']);
  assert.deepEqual(await masked('1', 'DOUBLE', 'hour'), [null, 'DOUBLE']);
});

test('isMask(), maskedType() and needsSource() go together', () => {
  for (const mask of ['null', 'hash', 'round:2', 'round:-1', 'year', 'hour']) assert.ok(isMask(mask), mask);
  for (const mask of ['minute', 'round:100', 'NULL']) assert.ok(!isMask(mask), mask);
  assert.deepEqual(
    [maskedType('DOUBLE', 'hash'), maskedType('DOUBLE', 'round:1'), maskedType('DOUBLE', null)],
    ['VARCHAR', 'DOUBLE', 'DOUBLE'],
  );
  assert.deepEqual(
    [null, 'hash', 'null', 'shuffle'].map((mask) => needsSource(mask)),
    [true, true, false, false],
  );
});
