import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import type { Batch, ColumnShape } from '#base/core/index.ts';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import { decodeParquet } from './decode-parquet.ts';
import { encodeParquet } from './encode-parquet.ts';
import { readPlainFooter } from './footer.ts';
import { ChunkField, ColumnField } from './format.ts';
import { fixedKeys } from './open-keys.ts';
import { openParquetInMemory } from './open-parquet.ts';
import { memoryReader } from './range-reader.ts';
import type { PlainValues } from './rewrite-page.ts';
import { sealParquet } from './seal-parquet.ts';
import { structAt } from './thrift-access.ts';

const ROWS = 80_000;
const SHAPE: readonly ColumnShape[] = [
  { name: 'few', type: 'text', nullable: false },
  { name: 'many', type: 'text', nullable: true },
  { name: 'few_n', type: 'integer', nullable: true },
  { name: 'many_n', type: 'integer', nullable: false },
  { name: 'other', type: 'text', nullable: false },
];
/** More distinct ones than a dictionary takes, and a few. */
const texts = (distinct: number, nulls: Uint8Array | null) => ({
  type: 'text' as const,
  codes: Uint32Array.from({ length: ROWS }, (_, i) => (nulls?.[i] === 1 ? 0 : i % distinct)),
  dictionary: Array.from({ length: distinct }, (_, i) => `value ${i}`),
  nulls,
});
const NULLS = Uint8Array.from({ length: ROWS }, (_, i) => (i % 5 === 0 ? 1 : 0));
const integers = (distinct: number, nulls: Uint8Array | null) => ({
  type: 'integer' as const,
  values: Float64Array.from({ length: ROWS }, (_, i) => (nulls?.[i] === 1 ? 0 : 2 ** 52 + (i % distinct))),
  nulls,
});
const BATCH: Batch = {
  stream: 's',
  template: 't',
  rows: ROWS,
  columns: [
    { name: 'few', data: texts(7, null) },
    { name: 'many', data: texts(70_000, NULLS) },
    { name: 'few_n', data: integers(9, NULLS) },
    { name: 'many_n', data: integers(80_000, null) },
    { name: 'other', data: texts(7, null) },
  ],
};
const OTHERS: PlainValues = {
  texts: (values) => values.map((text) => `${text} longer`),
  integers: (values) => values.map((value) => value - 2 ** 51),
};
const key = AeadKey.fromBytes(new Uint8Array(32).fill(1));
const keys = new Map(SHAPE.map(({ name }) => [name, key]));

for (const level of [1, null]) {
  test(`rewritePage() changes values in dictionaries and beside them, and no others (${level === null ? 'plain' : 'zstd'})`, async () => {
    const sealed = sealParquet(encodeParquet(SHAPE, [BATCH], { level }), {
      aadPrefix: encodeUtf8('p'),
      footer: { key, metadata: encodeUtf8('f') },
      columns: new Map([...keys].map(([name, one]) => [name, { key: one, metadata: encodeUtf8(name) }])),
      random: systemRandom,
    });
    const values = new Map(['few', 'many', 'few_n', 'many_n'].map((name) => [name, OTHERS]));
    const options = { aadPrefix: encodeUtf8('p'), columns: 'all', values } as const;
    const { file } = await openParquetInMemory(memoryReader(sealed), fixedKeys(key, keys), options);
    const { columns } = decodeParquet(file, SHAPE);
    for (const [at, { name, data: before }] of BATCH.columns.entries()) {
      const after = columns[at]!.data;
      assert.deepEqual(after.nulls, before.nulls);
      for (let row = 0; row < ROWS; row += 997) {
        if (before.nulls?.[row] === 1) continue;
        if (before.type === 'text' && after.type === 'text') {
          const was = before.dictionary[before.codes[row]!]!;
          assert.equal(after.dictionary[after.codes[row]!], name === 'other' ? was : `${was} longer`);
        } else if (before.type === 'integer' && after.type === 'integer') {
          assert.equal(after.values[row], before.values[row]! - 2 ** 51);
        } else assert.fail('another type');
      }
    }
    // Statistics of the values before would have readers pass over rows.
    const { footer } = readPlainFooter(file);
    const told = footer.rowGroups[0]!.chunks.map((chunk) => structAt(chunk, ChunkField.MetaData, 'metadata')?.has(ColumnField.Statistics)); // prettier-ignore
    assert.deepEqual(told, [false, false, false, false, true]);
  });
}

test('rewritePage() is for texts and whole numbers alone', async () => {
  const shape: ColumnShape[] = [{ name: 'n', type: 'number', nullable: false }];
  const batch: Batch = {
    stream: 's',
    template: 't',
    rows: 1,
    columns: [{ name: 'n', data: { type: 'number', values: Float64Array.of(1), nulls: null } }],
  };
  const plain = memoryReader(
    sealParquet(encodeParquet(shape, [batch]), {
      aadPrefix: encodeUtf8('p'),
      footer: { key, metadata: encodeUtf8('f') },
      columns: new Map([['n', { key, metadata: encodeUtf8('n') }]]),
      random: systemRandom,
    }),
  );
  const options = { aadPrefix: encodeUtf8('p'), columns: 'all', values: new Map([['n', OTHERS]]) } as const;
  await assert.rejects(openParquetInMemory(plain, fixedKeys(key, new Map([['n', key]])), options), {
    code: 'STORE_PARQUET_INVALID',
  });
});
