import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readRuns } from './decode-levels.ts';

describe('readRuns()', () => {
  it('reads the example of Encodings.md: 0 to 7 in three bits', () => {
    const bytes = Uint8Array.of(3, 0b10001000, 0b11000110, 0b11111010);
    assert.deepEqual(readRuns(bytes, 3, 8), Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7));
  });

  it('reads runs of both kinds one after the other', () => {
    const bytes = Uint8Array.of(10, 1, 3, 0b0000_0010);
    assert.deepEqual(readRuns(bytes, 1, 9), Uint32Array.of(1, 1, 1, 1, 1, 0, 1, 0, 0));
  });

  it('reads nothing of nothing, and zeros of width zero', () => {
    assert.deepEqual(readRuns(new Uint8Array(), 1, 0), new Uint32Array());
    assert.deepEqual(readRuns(Uint8Array.of(8), 0, 4), new Uint32Array(4));
  });

  it('refuses runs that end early, are empty or too wide', () => {
    for (const [hex, width, count] of [
      ['', 1, 1],
      ['0301', 2, 8],
      ['80', 1, 1],
      ['00', 1, 1],
      ['0a', 8, 5],
      ['ffffffffffffff', 1, 1],
      ['0200', 33, 1],
    ] as const) {
      assert.throws(() => readRuns(Uint8Array.fromHex(hex), width, count), { code: 'STORE_PARQUET_INVALID' }, hex);
    }
  });
});
