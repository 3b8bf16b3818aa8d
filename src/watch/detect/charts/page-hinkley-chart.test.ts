import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeState, encodeState, nextNormal, seedRandom } from '#learn/features/index.ts';
import { rowsOf } from '../rows.ts';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { pageHinkleyChart } from './page-hinkley-chart.ts';

detectorConformance(pageHinkleyChart, { lasting: 60 });

test('pageHinkleyChart has the run lengths of the cumulative sum that it is without fading', () => {
  // Montgomery, "Statistical quality control": both sides, k = 1/4 and h = 8.01 have 370 in control; a shift of one
  // deviation takes about (h + 1.166) / (1 − k) = 12.2 values by Siegmund's approximation.
  const inControl = runLength(8.01, 0, 200);
  assert.ok(inControl > 300 && inControl < 450, `in control it is ${inControl}`);
  const shifted = runLength(8.01, 1, 400);
  assert.ok(shifted > 10.5 && shifted < 14, `at a shift it is ${shifted}`);
});

/** Mean run length until the score first exceeds the limit, on normal values about `shift`. */
function runLength(limit: number, shift: number, runs: number): number {
  const random = seedRandom(1);
  const learnt = pageHinkleyChart.create(1, { memory: 1e9, fading: 1 });
  learnt.learn(
    rowsOf(
      Float64Array.from({ length: 50_000 }, () => nextNormal(random)),
      1,
    ),
  );
  const entries = Object.fromEntries(decodeState(learnt.snapshot(), 'page-hinkley-chart', 1));
  const zero = new Float64Array(2);
  const settled = encodeState('page-hinkley-chart', 1, { ...entries, 'state sums': zero, 'state least': zero });
  const scores = new Float64Array(50);
  let total = 0;
  for (let run = 0; run < runs; run++) {
    const detector = pageHinkleyChart.restore(settled);
    for (let found = -1; found < 0;) {
      const values = Float64Array.from({ length: 50 }, () => shift + nextNormal(random));
      detector.step(rowsOf(values, 1), scores);
      found = scores.findIndex((score) => score > limit);
      total += found < 0 ? 50 : found + 1;
    }
  }
  return total / runs;
}
