import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binBorders, binOf, INNER_BINS, midRanks, quantileOfCounts } from './bins.ts';

test('binBorders() cuts a sample into bins of about equally many, and one beyond each end', () => {
  const borders = binBorders(Float64Array.from({ length: 1_000 }, (_, i) => i));
  assert.equal(borders.length, INNER_BINS + 1);
  const counts = new Float64Array(borders.length + 1);
  for (let i = 0; i < 1_000; i++) counts[binOf(borders, i)]! += 1;
  assert.deepEqual([...counts], [0, ...Array.from({ length: INNER_BINS }, () => 50), 0]);
  assert.equal(binOf(borders, -0.1), 0);
  assert.equal(binOf(borders, 999.5), INNER_BINS + 1);
});

test('binBorders() gives a value that comes often a bin of its own', () => {
  const borders = binBorders(Float64Array.from({ length: 100 }, (_, i) => (i % 10 === 0 ? 1 : 0)));
  const bins = [-1, 0, 1, 2].map((value) => binOf(borders, value));
  assert.deepEqual(bins, [0, 1, 2, 3]);
  assert.equal(binBorders(Float64Array.of(NaN)).length, 0);
  assert.deepEqual(
    [0, 5, 9].map((value) => binOf(binBorders(Float64Array.of(5, 5, 5)), value)),
    [0, 1, 2],
  );
});

test('midRanks() tells where values stand; quantileOfCounts() the border under which a share lies', () => {
  const ranks = new Float64Array(3);
  midRanks(Float64Array.of(2, 6, 2), ranks);
  assert.deepEqual([...ranks], [0.1, 0.5, 0.9]);
  assert.equal(quantileOfCounts(Float64Array.of(10, 20), Float64Array.of(2, 6, 2), 0.5), 20);
  assert.equal(quantileOfCounts(Float64Array.of(10, 20), new Float64Array(3), 0.5), NaN);
});
