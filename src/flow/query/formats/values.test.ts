import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { jsonText, plainText } from './values.ts';

async function valueOf(sql: string): Promise<unknown> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  const [[value] = []] = (await connection.runAndReadAll(`SELECT ${sql}`)).getRows();
  connection.closeSync();
  instance.closeSync();
  return value;
}

/** SQL, JSON text, plain text. */
const CASES: readonly (readonly [string, string, string | null])[] = [
  ['NULL', 'null', null],
  ['true', 'true', 'true'],
  ['9223372036854775807', '9223372036854775807', '9223372036854775807'],
  [
    '170141183460469231731687303715884105727',
    '170141183460469231731687303715884105727',
    '170141183460469231731687303715884105727',
  ],
  ['0.1::DOUBLE', '0.1', '0.1'],
  ["'nan'::DOUBLE", '"NaN"', 'NaN'],
  ["'-infinity'::DOUBLE", '"-Infinity"', '-Infinity'],
  ['1.50::DECIMAL(5,2)', '1.50', '1.50'],
  ['-0.05::DECIMAL(5,2)', '-0.05', '-0.05'],
  ["'a\"b' || chr(10)", '"a\\"b\\n"', 'a"b\n'],
  ["TIMESTAMPTZ '2024-03-01 12:00:00.000001+02'", '"2024-03-01T10:00:00.000001Z"', '2024-03-01T10:00:00.000001Z'],
  ["TIMESTAMP '1969-12-31 23:59:59.5'", '"1969-12-31T23:59:59.500000"', '1969-12-31T23:59:59.500000'],
  ["TIMESTAMPTZ 'infinity'", '"infinity"', 'infinity'],
  ["TIMESTAMP_NS '2024-03-01 00:00:00.123456789'", '"2024-03-01T00:00:00.123456789"', '2024-03-01T00:00:00.123456789'],
  ["DATE '2024-02-29'", '"2024-02-29"', '2024-02-29'],
  ["TIME '10:00:00.5'", '"10:00:00.5"', '10:00:00.5'],
  ["INTERVAL '14 months 3 days -1.5 seconds'", '"P14M3DT-1.5S"', 'P14M3DT-1.5S'],
  ['INTERVAL 0 SECONDS', '"PT0S"', 'PT0S'],
  ["'\\x00\\xFF'::BLOB", '"AP8="', 'AP8='],
  ['[1, NULL, 3]', '[1,null,3]', '[1,null,3]'],
  ["{'a': 1, 'b': ['x']}", '{"a":1,"b":["x"]}', '{"a":1,"b":["x"]}'],
  ["map {'k': 1.5, 'l': NULL}", '{"k":1.5,"l":null}', '{"k":1.5,"l":null}'],
  ["map {DATE '2024-01-01': true}", '{"2024-01-01":true}', '{"2024-01-01":true}'],
  ['array_value(1, 2)', '[1,2]', '[1,2]'],
  [
    "'00000000-0000-0000-0000-0000000000ff'::UUID",
    '"00000000-0000-0000-0000-0000000000ff"',
    '00000000-0000-0000-0000-0000000000ff',
  ],
  ["'b'::ENUM('a', 'b')", '"b"', 'b'],
  ['union_value(n := 5)', '5', '5'],
  ["'101'::BIT", '"101"', '101'],
];

for (const [sql, json, plain] of CASES) {
  test(`jsonText() and plainText() of ${sql}`, async () => {
    const value = await valueOf(sql);
    assert.equal(jsonText(value), json);
    assert.equal(plainText(value), plain);
    JSON.parse(jsonText(value));
  });
}
