import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeState, encodeState, nextNormal, seedRandom } from '#learn/features/index.ts';
import { rowsOf } from '../rows.ts';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { cusumChart } from './cusum-chart.ts';

detectorConformance(cusumChart, { lasting: 30 });

test('cusumChart has the run lengths that are published for it', () => {
  // Montgomery, "Statistical quality control", k = 1/2: h = 4 has 168 in control and 8.38 at a shift of one deviation.
  const inControl = runLength(4, 0, 300);
  assert.ok(inControl > 140 && inControl < 200, `in control it is ${inControl}`);
  const shifted = runLength(4, 1, 400);
  assert.ok(shifted > 7.6 && shifted < 9.2, `at a shift it is ${shifted}`);
});

/** Mean run length until the score first exceeds the limit, on normal values about `shift`. */
function runLength(limit: number, shift: number, runs: number): number {
  const random = seedRandom(1);
  const learnt = cusumChart.create(1, { memory: 1e9 });
  learnt.learn(
    rowsOf(
      Float64Array.from({ length: 50_000 }, () => nextNormal(random)),
      1,
    ),
  );
  const snapshot = learnt.snapshot();
  const scores = new Float64Array(50);
  let total = 0;
  for (let run = 0; run < runs; run++) {
    const detector = settled(snapshot);
    for (let found = -1; found < 0;) {
      detector.step(
        rowsOf(
          Float64Array.from({ length: 50 }, () => shift + nextNormal(random)),
          1,
        ),
        scores,
      );
      found = scores.findIndex((score) => score > limit);
      total += found < 0 ? 50 : found + 1;
    }
  }
  return total / runs;
}

/** The baseline of a snapshot with sums that start anew. */
function settled(snapshot: Uint8Array) {
  const entries = Object.fromEntries(decodeState(snapshot, 'cusum-chart', 1));
  const zero = Float64Array.of(0);
  return cusumChart.restore(encodeState('cusum-chart', 1, { ...entries, 'state above': zero, 'state below': zero }));
}
