import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { rowsOf } from '../rows.ts';
import { scaleCheck } from './scale-check.ts';

detectorConformance(scaleCheck, {
  lasting: 30,
  plant: ({ values, width }, row, field) => {
    values[row * width + field] = 4 + (row % 2 === 0 ? 3 : -3);
  },
});

test('scaleCheck sees a signal that is scaled up or down about the same mean, and nothing in one that is not', () => {
  const scoreOf = (factor: number): number => {
    const random = seedRandom(1);
    const detector = scaleCheck.create(1);
    detector.learn(
      rowsOf(
        Float64Array.from({ length: 3000 }, () => 20 + nextNormal(random)),
        1,
      ),
    );
    const scores = new Float64Array(200);
    detector.step(
      rowsOf(
        Float64Array.from({ length: 200 }, () => 20 + factor * nextNormal(random)),
        1,
      ),
      scores,
    );
    return scores.reduce((sum, score) => sum + score / 200, 0);
  };
  const [same, more, less] = [scoreOf(1), scoreOf(2), scoreOf(0.4)];
  assert.ok(same < 1.5 && more > 3 && less > 3, `${same}, ${more} and ${less}`);
});
