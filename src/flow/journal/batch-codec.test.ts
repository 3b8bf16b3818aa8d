import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Batch, Column, NamedColumn } from '#base/core/index.ts';
import { BATCH_ROWS_LIMIT, decodeBatch, encodeBatch } from './batch-codec.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';

function encoded(batch: Batch): Uint8Array {
  const out = new ByteWriter();
  encodeBatch(out, batch);
  return out.view().slice();
}

function roundTrip(batch: Batch): Batch {
  const input = new ByteReader(encoded(batch));
  const decoded = decodeBatch(input);
  input.end();
  return decoded;
}

function batchOf(rows: number, columns: readonly NamedColumn[]): Batch {
  return { stream: 's', template: 'ab', rows, columns };
}

const columnOf = (rows: number): fc.Arbitrary<Column> => {
  const nulls = fc.option(fc.uint8Array({ minLength: rows, maxLength: rows, max: 1 }));
  // A null row holds 0, as every batch promises; all-null columns are rebuilt from that.
  const cleared = <T extends Float64Array | Uint8Array | Uint32Array>(values: T, mask: Uint8Array | null): T => {
    mask?.forEach((bit, i) => {
      if (bit === 1) values[i] = 0;
    });
    return values;
  };
  const doubles = fc
    .tuple(
      fc.constantFrom('number', 'integer', 'time' as const),
      fc.float64Array({ minLength: rows, maxLength: rows }),
      nulls,
    )
    .map(([type, values, mask]): Column => ({ type: type as 'number', values: cleared(values, mask), nulls: mask }));
  const booleans = fc
    .tuple(fc.uint8Array({ minLength: rows, maxLength: rows, max: 1 }), nulls)
    .map(([values, mask]): Column => ({ type: 'boolean', values: cleared(values, mask), nulls: mask }));
  const texts = fc
    .tuple(
      fc.uniqueArray(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 5 }),
      fc.array(fc.nat(), { minLength: rows, maxLength: rows }),
      nulls,
    )
    .map(([words, picks, mask]): Column => {
      const all = mask?.every((bit) => bit === 1) === true && rows > 0;
      const codes = cleared(
        Uint32Array.from(picks, (pick) => pick % words.length),
        mask,
      );
      return { type: 'text', codes, dictionary: all ? [] : words, nulls: mask };
    });
  return fc.oneof(doubles, booleans, texts);
};

test('decodeBatch() gives back what encodeBatch() took, whatever its columns hold', () => {
  const batches = fc
    .nat({ max: 12 })
    .chain((rows) => fc.array(columnOf(rows), { maxLength: 6 }).map((columns) => ({ rows, columns })));
  fc.assert(
    fc.property(batches, ({ rows, columns }) => {
      const batch = batchOf(
        rows,
        columns.map((data, i) => ({ name: `c${i}`, data })),
      );
      assert.deepEqual(roundTrip(batch), batch);
    }),
    { numRuns: 1_000, seed: 1 },
  );
});

test('codes take as many bytes as their dictionary needs', () => {
  for (const size of [1, 256, 257, 65_536, 65_537]) {
    const dictionary = Array.from({ length: size }, (_, i) => String(i));
    const codes = Uint32Array.of(0, size - 1, size >> 1);
    const batch = batchOf(3, [{ name: 't', data: { type: 'text', codes, dictionary, nulls: null } }]);
    assert.deepEqual(roundTrip(batch), batch);
  }
});

test('a constant column takes one value', () => {
  const plain = batchOf(1000, [
    { name: 'n', data: { type: 'number', values: new Float64Array(1000).fill(7), nulls: null } },
  ]);
  assert.ok(encoded(plain).length < 100);
  assert.deepEqual(roundTrip(plain), plain);
});

test('arrays longer than the rows are cut', () => {
  const nulls = new Uint8Array(100);
  nulls[1] = 1;
  const batch = batchOf(2, [{ name: 'n', data: { type: 'number', values: new Float64Array(100).fill(7), nulls } }]);
  assert.deepEqual(roundTrip(batch).columns[0]!.data, {
    type: 'number',
    values: Float64Array.of(7, 7),
    nulls: Uint8Array.of(0, 1),
  });
});

test('decodeBatch() refuses every truncation', () => {
  const columns: NamedColumn[] = [
    { name: 'n', data: { type: 'number', values: Float64Array.of(1, 2), nulls: Uint8Array.of(0, 1) } },
    { name: 't', data: { type: 'text', codes: Uint32Array.of(0, 1), dictionary: ['a', 'b'], nulls: null } },
  ];
  const bytes = encoded(batchOf(2, columns));
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(() => decodeBatch(new ByteReader(bytes.subarray(0, length))), { code: 'JOURNAL_RECORD_INVALID' });
  }
});

test('decodeBatch() refuses a code outside the dictionary and more rows than the limit', () => {
  const data: Column = { type: 'text', codes: Uint32Array.of(1, 0), dictionary: ['a', 'b'], nulls: null };
  const bytes = encoded(batchOf(2, [{ name: 't', data }]));
  bytes[bytes.length - 1] = 2;
  assert.throws(() => decodeBatch(new ByteReader(bytes)), { code: 'JOURNAL_RECORD_INVALID' });
  const nulls = new Uint8Array(BATCH_ROWS_LIMIT + 1).fill(1);
  const many = batchOf(nulls.length, [
    { name: 'n', data: { type: 'boolean', values: new Uint8Array(nulls.length), nulls } },
  ]);
  assert.throws(() => roundTrip(many), { code: 'JOURNAL_RECORD_INVALID' });
});
