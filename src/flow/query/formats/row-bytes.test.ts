import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeUtf8, formatMicros, micros } from '#base/core/index.ts';
import { booleanWriter, integerWriter, numberWriter, orNull, textWriter, timeWriter } from './row-bytes.ts';
import type { ValueWriter } from './row-bytes.ts';

/** What a writer makes of each row; fails where it is longer than it said. */
function written({ widest, write }: ValueWriter, rows: number): readonly string[] {
  return Array.from({ length: rows }, (_, row) => {
    const out = new Uint8Array(widest + 2).fill(0x23);
    const end = write(out, 1, row);
    assert.ok(end - 1 <= widest && out[0] === 0x23 && out.subarray(end).every((byte) => byte === 0x23));
    return decodeUtf8(out.subarray(1, end));
  });
}

const quoted = (values: Iterable<number>): readonly string[] => Array.from(values, (value) => `"${value}"`);

test('numberWriter() writes each number as ECMAScript does', () => {
  const edges = [0, -0, NaN, Infinity, -Infinity, 5e-324, -2.2250738585072014e-308, 1.7976931348623157e308, 1e-6, 9.9e-7, 1e-7]; // prettier-ignore
  const more = [0.1, 0.3, 0.1 + 0.2, 1 / 3, 1e15, 1e15 - 1, 999999999999999.9, 1e21, 1e20, 2 ** 53, 123456789.125, 0.000001, 100, 1.10]; // prettier-ignore
  const values = Float64Array.from([...edges, ...more, ...more.map((value) => -value)]);
  assert.deepEqual(written(numberWriter(values), values.length), quoted(values));
  const any = fc.array(fc.oneof(fc.double(), fc.double({ min: -1e6, max: 1e6 }), fc.integer(), decimal), { minLength: 1, maxLength: 700 }); // prettier-ignore
  fc.assert(
    fc.property(any, (numbers) => {
      const column = Float64Array.from(numbers);
      assert.deepEqual(written(numberWriter(column), column.length), quoted(column));
    }),
    { numRuns: 300 },
  );
});

/** What sensors give: a few digits behind the point. */
const decimal = fc
  .tuple(fc.integer({ min: -(10 ** 9), max: 10 ** 9 }), fc.integer({ min: 0, max: 9 }))
  .map(([digits, places]) => digits / 10 ** places);

test('integerWriter() writes all whole numbers that are exact', () => {
  const edges = [0, 1, -1, 9, 10, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 32, 1e15, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]; // prettier-ignore
  fc.assert(
    fc.property(fc.array(fc.maxSafeInteger()), (numbers) => {
      const column = Float64Array.from([...edges, ...numbers]);
      assert.deepEqual(written(integerWriter(column), column.length), quoted(column));
    }),
  );
});

test('timeWriter() writes times as formatMicros() does, and refuses the same', () => {
  const [first, last] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  const edges = [0, -1, 1, 999_999, 1_000_000, 86_399_999_999, 86_400_000_000, first, last, 951_782_400_000_000];
  fc.assert(
    fc.property(fc.array(fc.integer({ min: first, max: last })), (times) => {
      const column = Float64Array.from([...edges, ...times]);
      const texts = Array.from(column, (time) => `"${formatMicros(micros(time))}"`);
      assert.deepEqual(written(timeWriter(column), column.length), texts);
    }),
  );
  for (const time of [-62_167_219_300_000_000, 253_402_300_900_000_000]) {
    assert.throws(() => written(timeWriter(Float64Array.of(time)), 1), { code: 'CORE_TIME_INVALID' });
  }
});

test('textWriter(), booleanWriter() and orNull() write JSON', () => {
  const texts = ['', 'a "quoted", text\n', '\ud800 alone', 'ä€😀', 'pump-1'];
  const codes = Uint32Array.of(4, 3, 2, 1, 0, 9);
  const expected = [...texts.toReversed().map((text) => JSON.stringify(text.toWellFormed())), '""'];
  assert.deepEqual(written(textWriter(codes, texts), 6), expected);
  assert.deepEqual(written(booleanWriter(Uint8Array.of(1, 0)), 2), ['"true"', '"false"']);
  assert.deepEqual(written(orNull(textWriter(Uint32Array.of(0, 0), []), Uint8Array.of(1, 0)), 2), ['null', '""']);
});
