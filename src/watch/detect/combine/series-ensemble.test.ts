import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { detectorConformance, normalRows } from '../../../../test/conformance/detector.ts';
import { rowsOf, sliceRows } from '../rows.ts';
import type { Rows } from '../rows.ts';
import { combineRarities } from './combine-rarities.ts';
import { seriesEnsemble } from './series-ensemble.ts';
import type { SeriesScores } from './series-ensemble.ts';

const SMALL = { first: 300, memory: 400, every: 150 };

detectorConformance(seriesEnsemble, { options: SMALL, lasting: 4 });
detectorConformance(seriesEnsemble, { options: SMALL, width: 1 });

test('series-ensemble has components for several fields, and a sequence and its windows for one', () => {
  const namesOf = (width: number, given: number): string[] =>
    seriesEnsemble.create(width, { given }).usual.parts.map(({ name }) => name);
  const components = ['components of rows', 'components of means over 5'];
  const sequences = ['sequence-surprisal', 'window-neighbours'];
  assert.deepEqual([namesOf(3, 0), namesOf(3, 1)], [components, components]);
  assert.deepEqual([namesOf(1, 0), namesOf(2, 1)], [sequences, sequences]);
  assert.throws(() => seriesEnsemble.create(2, { given: 2 }), { code: 'DETECT_SHAPE_MISMATCH' });
});

test('series-ensemble is its parts as one rule combines them, and says nothing of the first rows', () => {
  const rows = normalRows(1, 700, 3);
  const [whole, parted] = [seriesEnsemble.create(3, SMALL), seriesEnsemble.create(3, SMALL)];
  const scores = new Float64Array(700);
  whole.step(rows, scores);
  const said = parted.stepParts(rows);
  assert.deepEqual(scores, said.scores);
  assert.deepEqual(scores, combineRarities(said.parts.map(({ rarities }) => rarities)));
  assert.deepEqual(scores.subarray(0, 300), new Float64Array(300));
  assert.ok(scores.subarray(300).filter((score) => score > 0).length > 390);
});

test('series-ensemble tells what its usual scores are: those of the latest rows, as it would give them now', () => {
  const ensemble = seriesEnsemble.create(3, SMALL);
  assert.equal(ensemble.usual.scores.length, 0);
  ensemble.learn(normalRows(1, 300, 3));
  assert.equal(ensemble.usual.scores.length, 90);
  ensemble.learn(normalRows(2, 300, 3));
  const { scores, parts } = ensemble.usual;
  assert.equal(scores.length, 120);
  assert.deepEqual(scores, combineRarities(parts.map(({ rarities }) => rarities)));
});

test('series-ensemble fits anew: what has become usual is no longer told, unless that is never due', () => {
  const moved = (every: number): number => {
    const ensemble = seriesEnsemble.create(3, { ...SMALL, every });
    ensemble.learn(normalRows(1, 600, 3));
    const after = normalRows(2, 1_200, 3);
    for (let i = 0; i < after.values.length; i += 3) after.values[i] = after.values[i]! + 30;
    const scores = new Float64Array(1_200);
    ensemble.step(after, scores);
    return scores.subarray(1_000).reduce((sum, score) => sum + score / 200, 0);
  };
  assert.ok(moved(1e9) > 4 * moved(150), `${moved(1e9)} and ${moved(150)}`);
});

test('series-ensemble lets what it told of several fields fade by a tenth a row, and of one field end at once', () => {
  const afterJump = (width: number): SeriesScores => {
    const ensemble = seriesEnsemble.create(width, SMALL);
    ensemble.learn(normalRows(1, 300, width));
    const after = normalRows(2, 60, width);
    for (let i = 0; i < 5 * width; i++) after.values[i] = after.values[i]! + 30;
    return ensemble.stepParts(after);
  };
  // The means over five rows and ten scores still know the jump 15 rows after it; what comes then is usual.
  const several = afterJump(3).scores;
  for (let row = 21; row < 30; row++) assert.ok(Math.abs(several[row]! / several[row - 1]! - 0.9) < 1e-9, `${row}`);
  assert.ok(several[20]! > 3, `${several[20]}`);
  const [surprisal] = afterJump(1).parts;
  assert.ok(surprisal!.rarities.some((rarity, row) => row > 20 && rarity < surprisal!.rarities[row - 1]! / 2));
});

test('series-ensemble goes on fading where a snapshot was taken', () => {
  const ensemble = seriesEnsemble.create(3, SMALL);
  const rows = normalRows(1, 330, 3);
  for (let i = 3 * 310; i < 3 * 312; i++) rows.values[i] = 40;
  ensemble.learn(rows);
  const restored = seriesEnsemble.restore(ensemble.snapshot());
  const [own, other] = [new Float64Array(40), new Float64Array(40)];
  ensemble.step(normalRows(2, 40, 3), own);
  restored.step(normalRows(2, 40, 3), other);
  assert.deepEqual(other, own);
  assert.ok(own[0]! > 1, `${own[0]}`);
});

test('series-ensemble finds by the hour what is usual at others', () => {
  const random = seedRandom(4);
  const day = (rows: number, oddAt: number): Rows =>
    rowsOf(
      Float64Array.from({ length: 2 * rows }, (_, i) => {
        const row = Math.floor(i / 2);
        const hour = Math.floor(row / 4) % 24;
        const isDay = hour >= 8 && hour < 20;
        return i % 2 === 1 ? hour : (isDay !== (row === oddAt) ? 10 : 0) + nextNormal(random);
      }),
      2,
    );
  const odd = 2_000 + 8;
  const rows = day(2_100, odd);
  const ensemble = seriesEnsemble.create(2, { given: 1, first: 400 });
  ensemble.learn(sliceRows(rows, 0, 2_000));
  const scores = new Float64Array(100);
  ensemble.step(sliceRows(rows, 2_000, 2_100), scores);
  const near = Math.max(...scores.subarray(8, 14));
  assert.ok(near > Math.max(...scores.subarray(0, 8), ...scores.subarray(20)), `${near}`);
});
