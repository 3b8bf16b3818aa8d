import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { rowsOf } from '../rows.ts';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { windowNeighbours } from './window-neighbours.ts';

detectorConformance(windowNeighbours, { options: { memory: 300 } });

test('windowNeighbours sees a shape that never was, in values that are all usual', () => {
  const random = seedRandom(5);
  const series = Array.from({ length: 1200 }, (_, i) => Math.sin(i / 4) + 0.02 * nextNormal(random));
  // A quarter of the wave runs backwards.
  series.splice(1000, 12, ...series.slice(1000, 1012).toReversed());
  const scores = new Float64Array(series.length);
  windowNeighbours.create(1).step(rowsOf(Float64Array.from(series), 1), scores);
  const usual = scores.slice(300, 1000).sort();
  const strange = Math.max(...scores.subarray(1000, 1018));
  assert.ok(strange > 2 * usual[699]!, `${strange} beside at most ${usual[699]}`);
});

test('windowNeighbours gives the mean distance to the nearest windows that do not overlap', () => {
  const detector = windowNeighbours.create(1, { length: 2, neighbours: 2, memory: 100 });
  detector.learn(rowsOf(Float64Array.of(0, 1, 0, 1, 0, 1, 0, 1), 1));
  const scores = new Float64Array(3);
  detector.score(rowsOf(Float64Array.of(0, 3, 6), 1), scores);
  // [1, 0] was there three times before; [1, 3] and [1, 6] lie √5 and √26 from [0, 1].
  assert.equal(scores[0], 0);
  assert.ok(Math.abs(scores[2]! / scores[1]! - Math.sqrt(26 / 5)) < 1e-12);
});
