import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';

test('what is written reads back, past the first buffer', () => {
  const out = new ByteWriter();
  const big = new Uint8Array(200_000).map((_, i) => i);
  out.u8(255);
  out.u16(65_535);
  out.u32(4_294_967_295);
  out.f64(-0.1);
  out.shortText('häß');
  out.longText('\u{1f30a}');
  out.longBytes(big);
  out.array(Float64Array.of(1, Number.MAX_SAFE_INTEGER));
  const input = new ByteReader(out.view());
  assert.deepEqual([input.u8(), input.u16(), input.u32(), input.f64()], [255, 65_535, 4_294_967_295, -0.1]);
  assert.deepEqual([input.shortText(), input.longText()], ['häß', '\u{1f30a}']);
  assert.deepEqual(input.longBytes(), big);
  assert.deepEqual([input.f64(), input.f64()], [1, Number.MAX_SAFE_INTEGER]);
  input.end();
});

test('reset() starts anew, and setU32() fills what was skipped', () => {
  const out = new ByteWriter();
  out.u32(1);
  out.reset();
  const at = out.skip(4);
  out.u8(9);
  out.setU32(at, 7);
  assert.deepEqual([...out.view()], [7, 0, 0, 0, 9]);
  assert.deepEqual([...out.view(4)], [9]);
  assert.equal(out.length, 5);
});

test('shortText() refuses what its length cannot say', () => {
  assert.throws(() => new ByteWriter().shortText('x'.repeat(65_536)), RangeError);
});
