import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import type { Batch, ColumnShape } from '#base/core/index.ts';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import { MemorySink } from './byte-sink.ts';
import { decodeParquet } from './decode-parquet.ts';
import { encodeParquet } from './encode-parquet.ts';
import { fixedKeys } from './open-keys.ts';
import { openParquet, openParquetInMemory } from './open-parquet.ts';
import { memoryReader } from './range-reader.ts';
import { sealParquet } from './seal-parquet.ts';

const names = ['a', 'b', 'c', 'd'];
const shape: ColumnShape[] = names.map((name) => ({ name, type: 'number', nullable: false }));
const rows = 200_000;
const values = Float64Array.from({ length: rows }, (_, i) => Math.sin(i) * 1e6);
const batch: Batch = {
  stream: 's',
  template: 't',
  rows,
  columns: names.map((name) => ({ name, data: { type: 'number', values, nulls: null } })),
};
const key = (byte: number): AeadKey => AeadKey.fromBytes(new Uint8Array(32).fill(byte));
const keys = new Map(names.map((name, i) => [name, key(i + 1)]));
const aadPrefix = encodeUtf8('p');
const sealed = sealParquet(encodeParquet(shape, [batch]), {
  aadPrefix,
  footer: { key: key(9), metadata: encodeUtf8('f') },
  columns: new Map([...keys].map(([name, one]) => [name, { key: one, metadata: encodeUtf8(name) }])),
  random: systemRandom,
});
const all = fixedKeys(key(9), keys);

describe('openParquet()', () => {
  it('reads about the share of the file that the columns have, and says how much', async () => {
    const one = await openParquetInMemory(memoryReader(sealed), all, { aadPrefix, columns: [['c']] });
    assert.ok(one.opened.bytesRead < sealed.length / 4 + 70_000, String(one.opened.bytesRead));
    assert.equal(one.opened.reads, 2 + 2);
    const two = await openParquetInMemory(memoryReader(sealed), all, { aadPrefix, columns: [['b'], ['c']] });
    assert.equal(two.opened.reads, 2 + 2);
    assert.ok(two.opened.bytesRead > one.opened.bytesRead * 1.5);
    assert.deepEqual([two.opened.rows, two.opened.rowGroups, two.opened.columns], [rows, 2, ['b', 'c']]);
  });

  it('gives columns in the order of the file, whatever order they are asked for in', async () => {
    const { file } = await openParquetInMemory(memoryReader(sealed), all, { aadPrefix, columns: [['d'], ['a']] });
    const { columns } = decodeParquet(file, [shape[0]!, shape[3]!]);
    assert.deepEqual(columns[1]?.data, { type: 'number', values, nulls: null });
    assert.throws(() => decodeParquet(file, [shape[1]!]), { code: 'STORE_COLUMN_MISSING' });
  });

  it('joins reads over a gap where told to', async () => {
    const options = { aadPrefix, columns: [['a'], ['c']] };
    const apart = await openParquetInMemory(memoryReader(sealed), all, options);
    const joined = await openParquetInMemory(memoryReader(sealed), all, { ...options, gapBytes: 4_000_000 });
    assert.deepEqual(joined.file, apart.file);
    assert.ok(joined.opened.reads < apart.opened.reads);
  });

  it('writes nothing of a page that does not open, and no end of the file', async () => {
    const copy = Uint8Array.from(sealed);
    copy[1_000_000] = copy[1_000_000]! ^ 1;
    const sink = new MemorySink();
    await assert.rejects(openParquet(memoryReader(copy), all, { aadPrefix, columns: 'all' }, sink), {
      code: 'STORE_OPEN_FAILED',
      column: 'a',
    });
    assert.equal(sink.length, 4);
  });

  it('names what is missing', async () => {
    const open = (columns: string[], with_ = all): Promise<unknown> =>
      openParquetInMemory(memoryReader(sealed), with_, { aadPrefix, columns: [columns] });
    await assert.rejects(open(['nope']), { code: 'STORE_COLUMN_MISSING' });
    await assert.rejects(open(['b'], fixedKeys(key(9), new Map())), { code: 'STORE_KEY_MISSING', column: 'b' });
  });
});
