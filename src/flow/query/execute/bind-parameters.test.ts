import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '#base/core/index.ts';
import { bindParameters, checkParameters } from './bind-parameters.ts';
import { mebibytes } from '#base/core/index.ts';
import { Engine } from './engine.ts';

const values = (parameters: Parameters<typeof bindParameters>[0]) => bindParameters(parameters).values;
const types = (parameters: Parameters<typeof bindParameters>[0]) => bindParameters(parameters).types;

test('bindParameters() gives values that statements compare as they are meant', async () => {
  using engine = await Engine.open({ memory: mebibytes(64), threads: 1 });
  const ask = async (sql: string, parameters: Parameters<typeof bindParameters>[0]) =>
    (await engine.connection.runAndReadAll(sql, values(parameters), types(parameters))).getRows();
  assert.deepEqual(await ask('SELECT typeof($1), typeof($2), typeof($3), typeof($4)', [1, 1.5, 'x', true]), [
    ['BIGINT', 'DOUBLE', 'VARCHAR', 'BOOLEAN'],
  ]);
  assert.deepEqual(await ask('SELECT $a IS NULL, 2 IN (SELECT unnest($b))', { a: null, b: [1, 2] }), [[true, true]]);
  assert.deepEqual(await ask("SELECT TIMESTAMPTZ '2024-03-01 00:00:00+00' > $1", ['2024-02-01T00:00:00Z']), [[true]]);
  assert.deepEqual(await ask('SELECT typeof($1), typeof($2), typeof($3)', [[1, 2], [1, 2.5], []]), [
    ['BIGINT[]', 'DOUBLE[]', 'VARCHAR[]'],
  ]);
  assert.deepEqual(await ask('SELECT * FROM range(10) LIMIT $1 OFFSET $2', [1, 2]), [[2n]]);
});

test('bindParameters() refuses objects and too many values', () => {
  for (const parameters of [[{}], { a: { b: 1 } }, [[1, 'x']], [[[1]]], Array.from({ length: 1_001 }, () => 1)]) {
    assert.throws(
      () => bindParameters(parameters),
      (error) => hasCode(error, 'QUERY_PARAMETERS'),
    );
  }
});

test('checkParameters() names what is missing and what is too much', () => {
  checkParameters(['1', '2'], [1, 2]);
  checkParameters(['a'], { a: 1 });
  checkParameters([], []);
  for (const [wanted, given] of [
    [['1'], []],
    [[], [1]],
    [['a'], { b: 1 }],
    [['a'], [1]],
  ] as const) {
    assert.throws(
      () => checkParameters(wanted, given),
      (error) => hasCode(error, 'QUERY_PARAMETERS'),
    );
  }
});
