import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectorConformance, normalRows } from '../../../../test/conformance/detector.ts';
import { encodeState, decodeState } from '#learn/features/index.ts';
import { principalComponents } from '../tabular/principal-components.ts';
import { rowsOf, sliceRows } from '../rows.ts';
import { defineWindowed } from './windowed.ts';

const windowed = defineWindowed({ name: 'windowed-test', part: principalComponents });
const SMALL = { length: 3, first: 50, memory: 300, every: 100, mean: 4 };

detectorConformance(windowed, { options: SMALL, lasting: 4 });

test('a windowed detector scores what its part does: the latest rows, fitted on those before, averaged', () => {
  const rows = normalRows(1, 120, 2);
  const detector = windowed.create(2, { ...SMALL, first: 100, memory: 100, every: 1e9 }, 5);
  const scores = new Float64Array(120);
  detector.step(rows, scores);
  assert.deepEqual(scores.subarray(0, 100), new Float64Array(100));
  const windows = rowsOf(
    Float64Array.from({ length: 120 * 6 }, (_, i) => rows.values[(Math.floor(i / 6) - 2) * 2 + (i % 6)] ?? NaN),
    6,
  );
  const part = principalComponents.create(6, {}, 5);
  part.learn(sliceRows(windows, 0, 100));
  const own = new Float64Array(20);
  part.score(sliceRows(windows, 100, 120), own);
  for (let i = 0; i < 20; i++) {
    const latest = own.subarray(Math.max(0, i - 3), i + 1);
    const mean = latest.reduce((sum, score) => sum + score / latest.length, 0);
    assert.ok(Math.abs(scores[100 + i]! - mean) < 1e-9 * mean, `row ${100 + i}: ${scores[100 + i]} is not ${mean}`);
  }
});

test('a windowed detector is fitted at the first rows, at each doubling up to its memory, then every so often', () => {
  const detector = windowed.create(1, SMALL);
  const fits: number[] = [];
  const rows = normalRows(1, 700, 1);
  let last = -1;
  for (let i = 0; i < 700; i++) {
    detector.learn(sliceRows(rows, i, i + 1));
    const fitted = decodeState(detector.snapshot(), 'windowed-test', 1).get('fitted') as number;
    if (fitted !== last) fits.push(fitted);
    last = fitted;
  }
  assert.deepEqual(fits, [0, 50, 100, 200, 300, 400, 500, 600, 700]);
});

test('create() refuses a first fit beyond the memory, restore() a part of other rows', () => {
  assert.throws(() => windowed.create(1, { first: 9, memory: 8 }), { code: 'DETECT_OPTION_INVALID' });
  const sound = Object.fromEntries(decodeState(windowed.create(2, SMALL).snapshot(), 'windowed-test', 1));
  for (const wrong of [
    { part: principalComponents.create(2).snapshot() },
    { ring: new Float64Array(1) },
    { scores: new Float32Array(4) },
  ]) {
    const bytes = encodeState('windowed-test', 1, { ...sound, ...wrong });
    assert.throws(() => windowed.restore(bytes), { code: 'DETECT_STATE_UNFIT' });
  }
});
