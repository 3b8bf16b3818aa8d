import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteReader } from './byte-reader.ts';

const code = 'JOURNAL_RECORD_INVALID';

test('every read past the end is refused', () => {
  const of = (...bytes: number[]): ByteReader => new ByteReader(Uint8Array.from(bytes));
  assert.throws(() => of().u8(), { code });
  assert.throws(() => of(1).u16(), { code });
  assert.throws(() => of(1, 2, 3).u32(), { code });
  assert.throws(() => of(1, 2, 3, 4, 5, 6, 7).f64(), { code });
  assert.throws(() => of(2, 0, 65).shortText(), { code });
  assert.throws(() => of(255, 255, 255, 255, 65).longBytes(), { code });
  assert.throws(() => of(1, 0, 0xff).shortText(), { code }, 'not UTF-8');
});

test('count() asks for no more than there is', () => {
  const input = new ByteReader(Uint8Array.of(2, 0, 0, 0, 1, 1, 1, 1));
  assert.equal(input.count(2), 2);
  assert.throws(() => new ByteReader(Uint8Array.of(2, 0, 0, 0, 1, 1, 1)).count(2), { code });
});

test('end() refuses what follows', () => {
  const input = new ByteReader(Uint8Array.of(1, 2));
  input.u8();
  assert.equal(input.left, 1);
  assert.throws(() => input.end(), { code });
});

test('raw() is a copy, also of a buffer', () => {
  const bytes = Buffer.from([1, 2, 3]);
  const copy = new ByteReader(bytes).raw(3);
  bytes[0] = 9;
  assert.deepEqual([...copy], [1, 2, 3]);
  assert.equal(copy.buffer.byteLength, 3);
});
