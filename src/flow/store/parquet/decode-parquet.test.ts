import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Batch, Column, ColumnShape } from '#base/core/index.ts';
import { StoreError } from '../errors.ts';
import { decodeParquet } from './decode-parquet.ts';
import { encodeParquet } from './encode-parquet.ts';

const SHAPE: readonly ColumnShape[] = [
  { name: 'n', type: 'number', nullable: true },
  { name: 'i', type: 'integer', nullable: false },
  { name: 't', type: 'time', nullable: true },
  { name: 'b', type: 'boolean', nullable: true },
  { name: 's', type: 'text', nullable: true },
];

type Row = readonly [number | null, number, number | null, boolean | null, string | null];

const rowArbitrary: fc.Arbitrary<Row> = fc.tuple(
  fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: null }),
  fc.maxSafeInteger(),
  fc.option(fc.maxSafeInteger(), { nil: null }),
  fc.option(fc.boolean(), { nil: null }),
  fc.option(fc.string({ unit: 'grapheme', maxLength: 5 }), { nil: null }),
);

function toBatch(rows: readonly Row[]): Batch {
  const nulls = (c: number): Uint8Array | null =>
    rows.some((row) => row[c] === null) ? Uint8Array.from(rows, (row) => (row[c] === null ? 1 : 0)) : null;
  const numbers = (c: 0 | 1 | 2): Float64Array => Float64Array.from(rows, (row) => row[c] ?? 0);
  const dictionary = rows.map((row) => row[4] ?? '');
  const columns: Readonly<Record<string, Column>> = {
    n: { type: 'number', values: numbers(0), nulls: nulls(0) },
    i: { type: 'integer', values: numbers(1), nulls: null },
    t: { type: 'time', values: numbers(2), nulls: nulls(2) },
    b: { type: 'boolean', values: Uint8Array.from(rows, (row) => Number(row[3])), nulls: nulls(3) },
    s: { type: 'text', codes: Uint32Array.from(rows, (_, r) => r), dictionary, nulls: nulls(4) },
  };
  return {
    stream: 's',
    template: 't',
    rows: rows.length,
    columns: Object.entries(columns).map(([name, data]) => ({ name, data })),
  };
}

function toRows(rows: number, columns: readonly { data: Column }[]): unknown[][] {
  return Array.from({ length: rows }, (_, r) =>
    columns.map(({ data }) => {
      if (data.nulls?.[r] === 1) return null;
      if (data.type === 'text') return data.dictionary[data.codes[r]!];
      // Integers have one zero.
      return data.type === 'boolean'
        ? data.values[r] === 1
        : data.type === 'number'
          ? data.values[r]
          : data.values[r]! + 0;
    }),
  );
}

describe('decodeParquet()', () => {
  it('gives back what encodeParquet() wrote', () => {
    fc.assert(
      fc.property(fc.array(fc.array(rowArbitrary, { maxLength: 30 }), { maxLength: 4 }), (parts) => {
        const file = encodeParquet(SHAPE, parts.map(toBatch), { rowGroupRows: 17 });
        const { rows, columns } = decodeParquet(file, SHAPE);
        const expected = parts
          .flat()
          .map((row) => row.map((value, c) => ((c === 1 || c === 2) && value !== null ? Number(value) + 0 : value)));
        assert.deepEqual(toRows(rows, columns), expected);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('reads texts without a dictionary', () => {
    const rows = 70_000;
    const dictionary = Array.from({ length: rows }, (_, i) => `id ${i}`);
    const codes = Uint32Array.from({ length: rows }, (_, i) => i);
    const column = { name: 's', data: { type: 'text', codes, dictionary, nulls: null } } as const;
    const file = encodeParquet([SHAPE[4]!], [{ stream: 's', template: 't', rows, columns: [column] }]);
    const { columns } = decodeParquet(file, [SHAPE[4]!]);
    assert.deepEqual(columns[0]?.data, column.data);
  });

  it('names the column that is missing, and refuses each truncation', () => {
    const file = encodeParquet(SHAPE, [toBatch([[1, 2, 3, true, 'x']])]);
    assert.throws(() => decodeParquet(file, [{ ...SHAPE[0]!, name: 'q' }]), {
      code: 'STORE_COLUMN_MISSING',
      column: 'q',
    });
    for (let length = 0; length < file.length; length += 1) {
      assert.throws(() => decodeParquet(file.subarray(0, length), SHAPE), StoreError);
    }
  });

  it('meets flipped bits with a coded error or other values, never with another fault', () => {
    const file = encodeParquet(SHAPE, [
      toBatch(Array.from({ length: 20 }, (_, r): Row => [r, r, null, r % 2 === 0, `${r % 3}`])),
    ]);
    fc.assert(
      fc.property(fc.nat(file.length * 8 - 1), (bit) => {
        const copy = Uint8Array.from(file);
        copy[bit >> 3] = copy[bit >> 3]! ^ (1 << (bit & 7));
        try {
          decodeParquet(copy, SHAPE);
        } catch (error) {
          assert.ok(error instanceof StoreError, String(error));
        }
      }),
      { numRuns: 2000, seed: 3 },
    );
  });
});
