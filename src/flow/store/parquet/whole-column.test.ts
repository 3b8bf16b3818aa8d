import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import type { Batch, ColumnShape } from '#base/core/index.ts';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import { DuckDBInstance } from '@duckdb/node-api';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { encodeParquet } from './encode-parquet.ts';
import { readPlainFooter } from './footer.ts';
import { ChunkField, Codec, ColumnField, PhysicalType } from './format.ts';
import { fixedKeys } from './open-keys.ts';
import { openParquetInMemory } from './open-parquet.ts';
import { memoryReader } from './range-reader.ts';
import { sealParquet } from './seal-parquet.ts';
import { intAt, structAt } from './thrift-access.ts';
import type { WholeColumn } from './whole-column.ts';

const ROWS = 80_000;
const NULLS = Uint8Array.from({ length: ROWS }, (_, i) => (i % 5 === 0 ? 1 : 0));
const SHAPE: readonly ColumnShape[] = [
  { name: 'few', type: 'number', nullable: true },
  { name: 'many', type: 'number', nullable: true },
  { name: 'n', type: 'integer', nullable: false },
  { name: 'text', type: 'text', nullable: false },
];
const numbers = (distinct: number, nulls: Uint8Array | null) => ({
  type: 'number' as const,
  values: Float64Array.from({ length: ROWS }, (_, i) => (nulls?.[i] === 1 ? 0 : (i % distinct) / 8 - 4)),
  nulls,
});
const BATCH: Batch = {
  stream: 's',
  template: 't',
  rows: ROWS,
  columns: [
    { name: 'few', data: numbers(64, NULLS) },
    { name: 'many', data: numbers(ROWS, NULLS) },
    { name: 'n', data: { type: 'integer', values: Float64Array.from({ length: ROWS }, (_, i) => i - 40_000), nulls: null } }, // prettier-ignore
    {
      name: 'text',
      data: { type: 'text', codes: new Uint32Array(ROWS), dictionary: ['x'], nulls: null },
    },
  ],
};
const key = (byte: number): AeadKey => AeadKey.fromBytes(new Uint8Array(32).fill(byte));
const keys = new Map(SHAPE.map(({ name }, i) => [name, key(i + 1)]));
const eighths = (of: string): WholeColumn => ({
  of,
  most: 100_000,
  wholes: (values) => Int32Array.from(values, (value) => value * 8),
});

function seal(level: number | null): Uint8Array {
  return sealParquet(encodeParquet(SHAPE, [BATCH], { level }), {
    aadPrefix: encodeUtf8('p'),
    footer: { key: key(9), metadata: encodeUtf8('f') },
    columns: new Map([...keys].map(([name, one]) => [name, { key: one, metadata: encodeUtf8(name) }])),
    random: systemRandom,
  });
}

for (const level of [1, null]) {
  test(`wholeNumbers() makes a column of 32 bits beside the others (${level === null ? 'plain' : 'zstd'})`, async (t) => {
    const wholes = new Map([
      ['_few', eighths('few')],
      ['_many', eighths('many')],
      ['_n', { ...eighths('n'), wholes: (values: Float64Array) => Int32Array.from(values) }],
    ]);
    const options = { aadPrefix: encodeUtf8('p'), columns: [['few'], ['n']], wholes };
    const { file, opened } = await openParquetInMemory(memoryReader(seal(level)), fixedKeys(key(9), keys), options);
    assert.deepEqual(opened.columns, ['few', 'n', '_few', '_many', '_n']);
    const { footer } = readPlainFooter(file);
    const metas = footer.rowGroups[0]!.chunks.map((chunk) => structAt(chunk, ChunkField.MetaData, 'metadata')!);
    assert.deepEqual(
      metas.map((meta) => intAt(meta, ColumnField.Type, 'type')),
      [PhysicalType.Double, PhysicalType.Int64, PhysicalType.Int32, PhysicalType.Int32, PhysicalType.Int32],
    );
    assert.equal(intAt(metas[2]!, ColumnField.Codec, 'codec'), Codec.Uncompressed);
    // A reader that is not ours has the same values, nulls where they were, and whole numbers from another column alone.
    const path = join(await temporaryFolder(t), 'opened.parquet');
    await writeFile(path, file);
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const reader = await connection.runAndReadAll(`
      SELECT count(*), count(few), count(_few), count(_many), sum(abs(_few - few * 8)), sum(_few), sum(_many), sum(abs(_n - n)),
        min(_many), max(_many), typeof(any_value(_n))
      FROM read_parquet('${path}')`);
    const kept = Array.from({ length: ROWS }, (_, i) => i).filter((i) => NULLS[i] === 0);
    const sumOf = (distinct: number) => kept.reduce((sum, i) => sum + (i % distinct) - 32, 0);
    assert.deepEqual(
      reader.getRowsJson()[0]?.map((value) => (Number.isNaN(Number(value)) ? value : Number(value))),
      [ROWS, kept.length, kept.length, kept.length, 0, sumOf(64), sumOf(ROWS), 0, -31, ROWS - 33, 'INTEGER'],
    );
    // What the metadata says of extremes bounds them, and leaves no row out.
    const found = await connection.runAndReadAll(`SELECT count(*) FROM read_parquet('${path}') WHERE _many = 31`);
    assert.equal(Number(found.getRowsJson()[0]?.[0]), 1);
    connection.closeSync();
    instance.closeSync();
  });
}

test('wholeNumbers() needs the key of what it is made of, which is a number', async () => {
  const sealed = memoryReader(seal(1));
  const open = (of: string, held = keys) =>
    openParquetInMemory(sealed, fixedKeys(key(9), held), {
      aadPrefix: encodeUtf8('p'),
      columns: [],
      wholes: new Map([['_x', eighths(of)]]),
    });
  assert.deepEqual((await open('few')).opened.columns, ['_x']);
  await assert.rejects(open('few', new Map()), { code: 'STORE_KEY_MISSING' });
  await assert.rejects(open('text'), { code: 'STORE_PARQUET_INVALID' });
  await assert.rejects(open('nope'), { code: 'STORE_COLUMN_MISSING' });
});
