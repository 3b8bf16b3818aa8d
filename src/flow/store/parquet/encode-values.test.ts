import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import {
  booleanExtremes,
  dictionaryCodes,
  numberExtremes,
  plainBooleans,
  plainDoubles,
  plainIntegers,
  plainTexts,
  textExtremes,
} from './encode-values.ts';

const bigints = (data: Uint8Array): bigint[] => [...new BigInt64Array(data.slice().buffer)];

describe('PLAIN values', () => {
  it('plainIntegers() writes two’s complement over the whole range of exact integers', () => {
    const values = [
      0,
      1,
      -1,
      2 ** 31,
      -(2 ** 31),
      2 ** 32,
      -(2 ** 32),
      2 ** 32 - 1,
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
    ];
    assert.deepEqual(bigints(plainIntegers(Float64Array.from(values))), values.map(BigInt));
  });

  it('plainDoubles() writes little-endian IEEE 754', () => {
    assert.equal(plainDoubles(Float64Array.of(1.5, -0)).toHex(), '000000000000f83f0000000000000080');
  });

  it('plainBooleans() packs bits lowest first', () => {
    assert.deepEqual(plainBooleans(Uint8Array.of(1, 0, 1, 1, 0, 0, 0, 0, 1)), Uint8Array.of(0b1101, 1));
  });

  it('plainTexts() puts each text behind its length', () => {
    assert.equal(plainTexts(['é', ''].map(encodeUtf8)).toHex(), '02000000c3a900000000');
  });

  it('dictionaryCodes() names the width first', () => {
    assert.deepEqual(dictionaryCodes(Uint32Array.of(0, 1, 2), 3), Uint8Array.of(2, 3, 0b100100, 0));
    assert.equal(dictionaryCodes(Uint32Array.of(0), 1)[0], 1);
    assert.equal(dictionaryCodes(Uint32Array.of(300), 301)[0], 16);
  });
});

describe('extremes', () => {
  it('numberExtremes() signs zeros outward and passes over NaN', () => {
    const { min, max } = numberExtremes(Float64Array.of(0, NaN, -0), 'number')!;
    assert.equal(min.toHex(), '0000000000000080');
    assert.equal(max.toHex(), '0000000000000000');
    assert.equal(numberExtremes(Float64Array.of(NaN), 'number'), null);
    assert.equal(numberExtremes(new Float64Array(), 'integer'), null);
  });

  it('numberExtremes() writes integers and times as integers', () => {
    const { min, max } = numberExtremes(Float64Array.of(5, -7, 0), 'time')!;
    assert.deepEqual([bigints(min), bigints(max)], [[-7n], [5n]]);
  });

  it('textExtremes() compares bytes, not UTF-16 units, and keeps no long text', () => {
    // U+FF5E sorts above U+1F69A by UTF-16 and below it by UTF-8.
    const texts = ['\uFF5E', '\u{1F69A}', 'a'].map(encodeUtf8);
    assert.deepEqual(textExtremes(texts), { min: texts[2], max: texts[1] });
    assert.equal(textExtremes(['x'.repeat(65)].map(encodeUtf8)), null);
    assert.equal(textExtremes([]), null);
  });

  it('booleanExtremes() tells what is there', () => {
    assert.deepEqual(booleanExtremes(Uint8Array.of(1, 1)), { min: Uint8Array.of(1), max: Uint8Array.of(1) });
    assert.deepEqual(booleanExtremes(Uint8Array.of(0, 1)), { min: Uint8Array.of(0), max: Uint8Array.of(1) });
    assert.equal(booleanExtremes(new Uint8Array()), null);
  });
});
