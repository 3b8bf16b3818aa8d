import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch, ColumnShape } from '#base/core/index.ts';
import { decodeParquet } from './decode-parquet.ts';
import { decodeRowGroups } from './decode-row-groups.ts';
import { encodeParquet } from './encode-parquet.ts';

const SHAPE: readonly ColumnShape[] = [
  { name: 'n', type: 'number', nullable: true },
  { name: 't', type: 'text', nullable: false },
];
const BATCH: Batch = {
  stream: '',
  template: '',
  rows: 5,
  columns: [
    { name: 'n', data: { type: 'number', values: Float64Array.of(1, 0, 3, 4, 5), nulls: Uint8Array.of(0, 1, 0, 0, 0) } }, // prettier-ignore
    { name: 't', data: { type: 'text', codes: Uint32Array.of(0, 1, 0, 1, 1), dictionary: ['a', 'b'], nulls: null } },
  ],
};

test('decodeRowGroups() reads what decodeParquet() does, a row group at a time', () => {
  const file = encodeParquet(SHAPE, [BATCH], { rowGroupRows: 2 });
  const groups = [...decodeRowGroups(file, SHAPE, 2)];
  assert.deepEqual(
    groups.map(({ rows }) => rows),
    [2, 2, 1],
  );
  const { columns } = decodeParquet(file, SHAPE);
  const [numbers] = columns.map(({ data }) => data);
  const apart = groups.flatMap(({ columns: [own] }) => (own?.data.type === 'number' ? [...own.data.values] : []));
  assert.ok(numbers?.type === 'number');
  assert.deepEqual(apart, [...numbers.values]);
  const texts = groups.flatMap(
    ({ columns: [, own] }) =>
    own?.data.type === 'text' ? Array.from(own.data.codes, (code) => own.data.type === 'text' && own.data.dictionary[code]) : [], // prettier-ignore
  );
  assert.deepEqual(texts, ['a', 'b', 'a', 'b', 'b']);
});

test('decodeRowGroups() believes nothing of a file', () => {
  const file = encodeParquet(SHAPE, [BATCH], { rowGroupRows: 3 });
  const [n, t] = SHAPE as readonly [ColumnShape, ColumnShape];
  const read = (shape: readonly ColumnShape[], most: number) => () => [...decodeRowGroups(file, shape, most)];
  const refused = { code: 'STORE_PARQUET_INVALID' };
  assert.throws(read(SHAPE, 2), refused);
  for (const shape of [[n], [t, n], [n, { ...t, nullable: true }], [{ ...n, type: 'time' as const }, t]]) {
    assert.throws(read(shape, 3), refused);
  }
  for (let cut = 0; cut < file.length; cut += 7) {
    assert.throws(() => [...decodeRowGroups(file.subarray(0, cut), SHAPE, 3)], refused);
  }
});
