import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readRuns } from './decode-levels.ts';
import { definitionLevels, hybridRuns, packedRun, packedWidth, repeatedRun, varint } from './encode-levels.ts';

describe('runs of small numbers', () => {
  it('varint() writes unsigned LEB128', () => {
    assert.deepEqual(varint(0), [0]);
    assert.deepEqual(varint(300), [0xac, 2]);
    assert.deepEqual(varint(2 ** 35), [128, 128, 128, 128, 128, 1]);
  });

  it('packedWidth() takes the narrowest width that divides or is divided by a byte', () => {
    assert.deepEqual(
      [0, 1, 2, 3, 15, 16, 255, 256, 65_535, 65_536].map(packedWidth),
      [1, 1, 2, 2, 4, 8, 8, 16, 16, 32],
    );
  });

  it('packedRun() packs as the example of Encodings.md does, at a width of its own', () => {
    // One group of eight single bits, lowest first.
    assert.deepEqual(packedRun(Uint8Array.of(1, 0, 1, 1, 0, 0, 0, 1), 1), Uint8Array.of(3, 0b1000_1101));
    assert.deepEqual(packedRun(Uint32Array.of(1, 2, 3), 4), Uint8Array.of(3, 0x21, 0x03, 0, 0));
  });

  it('readRuns() gives back what was packed or repeated', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 4, 8, 16, 32),
        fc.array(fc.nat(2 ** 31 - 1), { maxLength: 100 }),
        (width, raw) => {
          const values = Uint32Array.from(raw, (value) => (width === 32 ? value : value % 2 ** width));
          assert.deepEqual(readRuns(packedRun(values, width), width, values.length), values);
        },
      ),
      { seed: 1 },
    );
    assert.deepEqual(readRuns(repeatedRun(1, 1000, 1), 1, 1000), new Uint32Array(1000).fill(1));
    assert.deepEqual(readRuns(repeatedRun(70_000, 9, 32), 32, 9), new Uint32Array(9).fill(70_000));
  });

  it('hybridRuns() repeats long stretches of equal numbers, and readRuns() reads them back', () => {
    const stretches = fc.array(fc.tuple(fc.nat(2 ** 31 - 1), fc.integer({ min: 1, max: 90 })), { maxLength: 20 });
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 4, 8, 16, 32), stretches, (width, parts) => {
        const raw = parts.flatMap(([value, times]) => Array.from({ length: times }, () => value));
        const values = Uint32Array.from(raw, (value) => (width === 32 ? value : value % 2 ** width));
        const runs = hybridRuns(values, width);
        assert.deepEqual(readRuns(runs, width, values.length), values);
        assert.ok(runs.length <= packedRun(values, width).length + 10 * parts.length);
      }),
      { seed: 1 },
    );
    assert.deepEqual(hybridRuns(new Uint32Array(1_000).fill(3), 4), repeatedRun(3, 1_000, 4));
    assert.deepEqual(hybridRuns(Uint32Array.of(1, 2, 3), 4), packedRun(Uint32Array.of(1, 2, 3), 4));
  });

  it('definitionLevels() stand behind their length; all present is one run', () => {
    assert.deepEqual(definitionLevels(null, 100), Uint8Array.of(3, 0, 0, 0, 200, 1, 1));
    assert.deepEqual(definitionLevels(Uint8Array.of(0, 1, 0), 3), Uint8Array.of(2, 0, 0, 0, 3, 0b101));
  });
});
