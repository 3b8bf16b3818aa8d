import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CountingReader, memoryReader, planReads } from './range-reader.ts';

describe('range readers', () => {
  it('CountingReader counts bytes and reads', async () => {
    const reader = new CountingReader(memoryReader(new Uint8Array(100)));
    await reader.read(0, 10);
    await reader.read(50, 55);
    assert.deepEqual([reader.size, reader.bytesRead, reader.reads], [100, 15, 2]);
  });

  it('CountingReader does not read again what it read first', async () => {
    const reader = new CountingReader(memoryReader(Uint8Array.from({ length: 100 }, (_, i) => i)));
    await reader.read(60, 100);
    assert.deepEqual(await reader.read(70, 72), Uint8Array.of(70, 71));
    assert.equal(reader.reads, 1);
    await reader.read(59, 61);
    assert.equal(reader.reads, 2);
  });

  it('CountingReader refuses a source that gives less', async () => {
    const reader = new CountingReader(memoryReader(new Uint8Array(10)));
    await assert.rejects(reader.read(5, 20), { code: 'STORE_PARQUET_INVALID' });
  });
});

describe('planReads()', () => {
  const plan = (ranges: [number, number][], gap = 0, limit = 1000): number[][] =>
    planReads(
      ranges.map(([start, end]) => ({ start, end })),
      gap,
      limit,
    ).map(({ start, end }) => [start, end]);

  it('joins what touches, and what lies near where told to', () => {
    assert.deepEqual(
      plan([
        [4, 10],
        [10, 20],
        [30, 40],
      ]),
      [
        [4, 20],
        [30, 40],
      ],
    );
    assert.deepEqual(
      plan(
        [
          [4, 10],
          [15, 20],
        ],
        5,
      ),
      [[4, 20]],
    );
    assert.deepEqual(
      plan(
        [
          [4, 10],
          [16, 20],
        ],
        5,
      ),
      [
        [4, 10],
        [16, 20],
      ],
    );
    assert.deepEqual(plan([]), []);
  });

  it('keeps to the longest read and to overlapping ranges', () => {
    assert.deepEqual(
      plan([
        [0, 600],
        [600, 1200],
      ]),
      [
        [0, 600],
        [600, 1200],
      ],
    );
    assert.deepEqual(
      plan([
        [0, 50],
        [10, 20],
      ]),
      [[0, 50]],
    );
  });
});
