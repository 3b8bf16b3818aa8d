import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedRandom, nextNormal } from '#learn/features/index.ts';
import { rowsOf } from '../rows.ts';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { halfSpaceTrees } from './half-space-trees.ts';

detectorConformance(halfSpaceTrees);

test('halfSpaceTrees score as the paper counts: mass of the window before, by depth', () => {
  // One halving of one field: the walk ends in one of two leaves, with the rows of the window before in it.
  const detector = halfSpaceTrees.create(1, { trees: 1, depth: 1, window: 10 }, 3);
  const window = Float64Array.of(0, 0, 0, 0, 0, 0, 0, 1, 1, 1);
  detector.learn(rowsOf(window, 1));
  const scores = new Float64Array(2);
  detector.score(rowsOf(Float64Array.of(0, 1), 1), scores);
  const [low, high] = scores;
  const scoreOf = (rows: number): number => Math.log2(10 * 2) - Math.log2(2 * rows + 1);
  // Either the halving parts zeros from ones, or all ten rows lie on one side of it.
  const parted = [scoreOf(7), scoreOf(3)];
  const whole = Math.max(0, scoreOf(10));
  assert.ok((low === parted[0] && high === parted[1]) || (low === whole && high === whole), `${low} and ${high}`);
});

test('halfSpaceTrees follow a change of what is normal within two windows', () => {
  const random = seedRandom(1);
  const detector = halfSpaceTrees.create(2);
  const draw = (centre: number, count: number) =>
    rowsOf(
      Float64Array.from({ length: 2 * count }, () => centre + nextNormal(random)),
      2,
    );
  detector.learn(draw(0, 1000));
  const scoreAt = (centre: number): number => {
    const scores = new Float64Array(200);
    detector.score(draw(centre, 200), scores);
    return scores.reduce((sum, score) => sum + score / 200, 0);
  };
  const before = scoreAt(4);
  assert.ok(before > scoreAt(0) + 3, `the new place has ${before}, the old ${scoreAt(0)}`);
  detector.learn(draw(4, 500));
  assert.ok(scoreAt(4) < scoreAt(0) - 3, `the new place has ${scoreAt(4)}, the old ${scoreAt(0)}`);
});
