import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { rowsOf } from '../rows.ts';
import { autoencoderEnsemble } from './autoencoder-ensemble.ts';

detectorConformance(autoencoderEnsemble);

test('autoencoderEnsemble learns a relation between fields online, and sees it broken', () => {
  const random = seedRandom(1);
  const draw = (count: number, sign: number) => {
    const values = new Float64Array(6 * count);
    for (let row = 0; row < count; row++) {
      const [a, b] = [nextNormal(random), nextNormal(random)];
      const own = [a, 10 * a, 100 - a, b, 5 - sign * b, b];
      for (const [i, value] of own.entries()) values[6 * row + i] = value + 0.05 * nextNormal(random);
    }
    return rowsOf(values, 6);
  };
  const detector = autoencoderEnsemble.create(6, { fields: 3 }, 1);
  detector.learn(draw(8000, 1));
  const meanOf = (sign: number): number => {
    const scores = new Float64Array(500);
    detector.score(draw(500, sign), scores);
    return scores.reduce((sum, score) => sum + score / 500, 0);
  };
  const [kept, broken] = [meanOf(1), meanOf(-1)];
  assert.ok(broken > 3 * kept, `kept it has ${kept}, broken ${broken}`);
});
