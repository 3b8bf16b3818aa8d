import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invertGf256, multiplyGf256 } from './gf256.ts';

const ELEMENTS = Array.from({ length: 256 }, (_, at) => at);

test('multiplyGf256() agrees with the examples of FIPS 197 section 4.2', () => {
  assert.equal(multiplyGf256(0x57, 0x83), 0xc1);
  assert.equal(multiplyGf256(0x57, 0x13), 0xfe);
});

test('multiplyGf256() commutes, distributes, and has 0 and 1 where they belong', () => {
  for (const a of ELEMENTS) {
    assert.equal(multiplyGf256(a, 0), 0);
    assert.equal(multiplyGf256(a, 1), a);
    for (const b of ELEMENTS) {
      assert.equal(multiplyGf256(a, b), multiplyGf256(b, a));
      assert.equal(multiplyGf256(a, b ^ 0x1d), multiplyGf256(a, b) ^ multiplyGf256(a, 0x1d));
    }
  }
});

test('invertGf256() inverts every element but 0', () => {
  for (const a of ELEMENTS.slice(1)) assert.equal(multiplyGf256(a, invertGf256(a)), 1);
});
