import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, nextUniform, seedRandom } from '#learn/features/index.ts';
import { compareRanges, LEAST_COMPARED } from './compare-ranges.ts';
import type { ComparedColumn } from './compare-ranges.ts';

const OPTIONS = { rate: 0.05, seed: 1 };

/** Values that depend on the one before, about a level. */
function wandering(seed: number, count: number, tied: number, level = 0): Float64Array {
  const random = seedRandom(seed);
  let last = 0;
  return Float64Array.from({ length: count }, () => {
    last = tied * last + Math.sqrt(1 - tied * tied) * nextNormal(random);
    return level + last;
  });
}

test('compareRanges() names columns that have drifted, numbers and words, and no others', () => {
  const random = seedRandom(4);
  const words = (share: number): string[] =>
    Array.from({ length: 2_000 }, () => (nextUniform(random) < share ? 'open' : 'shut'));
  const columns: ComparedColumn[] = [
    { name: 'same', before: wandering(1, 2_000, 0), after: wandering(2, 2_000, 0) },
    { name: 'moved', before: wandering(3, 2_000, 0), after: wandering(4, 2_000, 0, 0.5) },
    { name: 'door', before: words(0.1), after: words(0.3) },
    { name: 'other', before: words(0.2), after: words(0.2) },
  ];
  const fields = compareRanges(columns, OPTIONS);
  assert.deepEqual(
    fields.filter(({ drifted }) => drifted).map(({ name }) => name),
    ['door', 'moved'],
  );
  const moved = fields.find(({ name }) => name === 'moved')!;
  assert.ok(moved.ks !== null && moved.ks > 0.15 && moved.psi > 0.1);
  assert.ok(moved.before !== null && Math.abs(moved.before[1]) < 0.1 && Math.abs(moved.after![1] - 0.5) < 0.1);
  assert.deepEqual(fields.find(({ name }) => name === 'door')?.ks, null);
  assert.deepEqual(compareRanges(columns, OPTIONS), fields);
});

test('compareRanges() is seldom wrong, where rows depend on each other too', () => {
  let wrong = 0;
  for (let run = 0; run < 60; run++) {
    const columns = [0, 1, 2].map((i) => ({
      name: `c${i}`,
      before: wandering(run * 10 + i, 2_000, 0.9),
      after: wandering(run * 10 + i + 5, 2_000, 0.9),
    }));
    if (compareRanges(columns, { rate: 0.05, seed: run }).some(({ drifted }) => drifted)) wrong += 1;
  }
  // Three at the rate; a chance test of rows taken one by one is wrong in most of them.
  assert.ok(wrong <= 7, `${wrong} of 60`);
});

test('compareRanges() tells what is missing, and takes columns without any value', () => {
  const half = wandering(1, LEAST_COMPARED, 0).map((value, i) => (i % 2 === 0 ? NaN : value));
  const none = new Float64Array(LEAST_COMPARED).fill(NaN);
  const fields = compareRanges(
    [
      { name: 'half', before: half, after: half },
      { name: 'none', before: none, after: none },
    ],
    OPTIONS,
  );
  assert.deepEqual(fields.find(({ name }) => name === 'half')?.missing, [0.5, 0.5]);
  assert.ok(fields.every(({ drifted }) => !drifted));
});
