import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeState } from '#learn/features/index.ts';
import { detectorConformance } from '../../../test/conformance/detector.ts';
import { defineFitted, defineIncremental } from './define-detector.ts';
import { meanOf } from './numeric/covariance.ts';
import { rowsOf } from './rows.ts';

/** The least that a recipe can be: the distance to the mean, without an account of its own. */
const toMean = defineFitted({
  name: 'to-mean',
  version: 1,
  cost: 'cheap',
  fieldOrder: 'free',
  rowOrder: 'free',
  missing: 'typical',
  options: { power: { standard: 2, least: 1, greatest: 9, whole: false, about: 'of the distance' } },
  stateBytes: (width) => 8 * width,
  fit: (rows) => ({ mean: meanOf(rows) }),
  score({ mean }, { values, width, count }, scores, { options }) {
    for (let row = 0; row < count; row++) {
      let sum = 0;
      for (let field = 0; field < width; field++) sum += Math.abs(values[row * width + field]! - mean[field]!);
      scores[row] = (sum / 100) ** options.power;
    }
  },
  fault: ({ mean }, width) => (mean.length === width ? undefined : 'the mean is of other rows'),
});

/** A recipe that overflows. */
const overflowing = defineIncremental({
  name: 'overflowing',
  version: 1,
  cost: 'cheap',
  fieldOrder: 'free',
  rowOrder: 'matters',
  options: {},
  stateBytes: (width) => 8 * width,
  begin: ({ width }) => ({ last: new Float64Array(width) }),
  learn({ last }, { values, width, count }) {
    last.set(values.subarray((count - 1) * width));
  },
  score(_, { count }, scores) {
    for (let row = 0; row < count; row++) scores[row] = row % 2 === 0 ? Infinity : NaN;
  },
  step(state, rows, scores, setting) {
    this.score(state, rows, scores, setting);
    this.learn(state, rows, setting);
  },
  typical: ({ last }) => last,
});

detectorConformance(toMean, { far: 1000 });

test('score() and step() are finite where a recipe overflows, and 0 before anything was learnt', () => {
  const detector = overflowing.create(1);
  const rows = rowsOf(Float64Array.of(1, 2, 3), 1);
  const scores = new Float64Array(3);
  detector.step(rows, scores);
  assert.deepEqual(scores, Float64Array.of(0, 1e200, 1e200));
  detector.score(rows, scores);
  assert.deepEqual(scores, Float64Array.of(1e200, 1e200, 1e200));
  assert.equal(detector.seen, 3);
});

test('learn() of a fitted detector forgets what it knew', () => {
  const detector = toMean.create(1);
  detector.learn(rowsOf(Float64Array.of(1, 3), 1));
  detector.learn(rowsOf(Float64Array.of(100), 1));
  const scores = new Float64Array(1);
  detector.score(rowsOf(Float64Array.of(0), 1), scores);
  assert.equal(scores[0], 1);
  assert.equal(detector.seen, 1);
});

test('restore() refuses arrays of other lengths, types and names, and settings out of bounds', () => {
  const sound = {
    width: 2,
    seed: 0,
    seen: 1,
    random: new Uint32Array(4),
    typical: new Float64Array(2),
    'option power': 2,
    'state mean': new Float64Array(2),
  };
  assert.equal(toMean.restore(encodeState('to-mean', 1, sound)).seen, 1);
  for (const wrong of [
    { 'state mean': new Float64Array(3) },
    { 'state mean': new Float32Array(2) },
    { 'state more': 1 },
    { typical: new Float64Array(1) },
    { random: new Uint32Array(3) },
    { width: 0 },
    { width: 1e9 },
  ]) {
    const bytes = encodeState('to-mean', 1, { ...sound, ...wrong });
    assert.throws(() => toMean.restore(bytes), { code: 'DETECT_STATE_UNFIT' });
  }
  const bytes = encodeState('to-mean', 1, { ...sound, 'option power': 10 });
  assert.throws(() => toMean.restore(bytes), { code: 'DETECT_OPTION_INVALID' });
  const incremental = encodeState('overflowing', 1, { ...sound, 'state last': new Float64Array(9) });
  assert.throws(() => overflowing.restore(incremental), { code: 'DETECT_STATE_UNFIT' });
});
