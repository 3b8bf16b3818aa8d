import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ARRAY,
  BIGINT,
  BLOB,
  DECIMAL,
  DOUBLE,
  HUGEINT,
  INTERVAL,
  LIST,
  MAP,
  STRUCT,
  TIMESTAMPTZ,
  UUID,
  VARCHAR,
} from '@duckdb/node-api';
import { arrowType } from './arrow-types.ts';

test('arrowType() keeps what a type can hold', () => {
  const types = [
    BIGINT,
    HUGEINT,
    DOUBLE,
    DECIMAL(10, 2),
    VARCHAR,
    BLOB,
    TIMESTAMPTZ,
    INTERVAL,
    UUID,
    LIST(BIGINT),
    ARRAY(DOUBLE, 3),
    STRUCT({ a: BIGINT }),
    MAP(VARCHAR, DOUBLE),
  ];
  assert.deepEqual(
    types.map((type) => String(arrowType(type) as unknown as { toString(): string })),
    [
      'Int64',
      'Decimal[38e0]',
      'Float64',
      'Decimal[10e+2]',
      'Utf8',
      'Binary',
      'Timestamp<MICROSECOND, UTC>',
      'Interval<MONTH_DAY_NANO>',
      'Utf8',
      'List<Int64>',
      'FixedSizeList[3]<Float64>',
      'Struct<{a:Int64}>',
      'Map<{key:Utf8, value:Float64}>',
    ],
  );
});
