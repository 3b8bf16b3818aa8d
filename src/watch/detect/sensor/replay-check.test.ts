import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { detectorConformance, normalRows } from '../../../../test/conformance/detector.ts';
import { rowsOf } from '../rows.ts';
import { replayCheck } from './replay-check.ts';

detectorConformance(replayCheck, {
  lasting: 6,
  repeating: true,
  plant: ({ values, width }, row, field) => {
    values[row * width + field] = normalRows(1, 800, width).values[(500 + row) * width + field]!;
  },
});

/** The greatest score of a stretch that was seen before, and of a new one, of values rounded to so many steps. */
function scoresOf(steps: number): readonly [number, number] {
  const random = seedRandom(1);
  const draw = (): number => Math.round(nextNormal(random) * steps) / steps;
  const past = Float64Array.from({ length: 900 }, draw);
  const greatest = (next: Float64Array): number => {
    const detector = replayCheck.create(1);
    detector.learn(rowsOf(past, 1));
    const scores = new Float64Array(next.length);
    detector.step(rowsOf(next, 1), scores);
    return Math.max(...scores);
  };
  return [greatest(past.slice(300, 400)), greatest(Float64Array.from({ length: 100 }, draw))];
}

test('replayCheck sees the past played again, the sooner the more the values tell', () => {
  const [fine, newer] = scoresOf(1e9);
  assert.equal(newer, 0);
  assert.ok(fine > 150, `it has ${fine}`);
  const [coarse, usual] = scoresOf(20);
  assert.ok(coarse > 1.5 * usual, `${coarse} for a replay, ${usual} for what only has the same values`);
});

test('replayCheck does not take a sensor that is stuck, or missing, for a replay', () => {
  const random = seedRandom(1);
  const detector = replayCheck.create(1);
  detector.learn(
    rowsOf(
      Float64Array.from({ length: 500 }, () => nextNormal(random)),
      1,
    ),
  );
  const scores = new Float64Array(60);
  detector.step(rowsOf(new Float64Array(60).fill(2).fill(NaN, 30), 1), scores);
  assert.deepEqual(scores, new Float64Array(60));
});
