import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { cusumChart } from './charts/cusum-chart.ts';
import { ewmaChart } from './charts/ewma-chart.ts';
import { pageHinkleyChart } from './charts/page-hinkley-chart.ts';
import { robustZ } from './charts/robust-z.ts';
import { rowsOf } from './rows.ts';
import { jumpCheck } from './sensor/jump-check.ts';
import { scaleCheck } from './sensor/scale-check.ts';
import { stuckCheck } from './sensor/stuck-check.ts';

const WIDTH = 3;
const random = seedRandom(1);
const VALUES = Float64Array.from({ length: 300 * WIDTH }, (_, i) =>
  // A value is missing now and then, and one repeats.
  i % 17 === 0 ? NaN : i % WIDTH === 2 ? 5 : nextNormal(random),
);

for (const kind of [robustZ, ewmaChart, cusumChart, pageHinkleyChart, jumpCheck, stuckCheck, scaleCheck]) {
  test(`${kind.name}: the greatest of what stepFields() says is what step() does, and both learn the same`, () => {
    const rows = rowsOf(VALUES, WIDTH);
    const [whole, fields] = [kind.create(WIDTH), kind.create(WIDTH)];
    const [scores, own] = [new Float64Array(rows.count), new Float64Array(VALUES.length)];
    whole.step(rows, scores);
    fields.stepFields(rows, own);
    for (let row = 0; row < rows.count; row++) {
      const said = [...own.subarray(row * WIDTH, (row + 1) * WIDTH)].filter((score) => !Number.isNaN(score));
      assert.equal(Math.max(0, ...said), scores[row], `row ${row}`);
    }
    for (let i = 0; i < VALUES.length; i += 17) assert.ok(Number.isNaN(own[i]!));
    assert.deepEqual(fields.snapshot(), whole.snapshot());
  });

  test(`${kind.name}: scoreFields() learns nothing, and says nothing before one row is known`, () => {
    const rows = rowsOf(VALUES.subarray(0, 9), WIDTH);
    const own = new Float64Array(9);
    const detector = kind.create(WIDTH);
    detector.scoreFields(rows, own);
    assert.ok(own.every((score) => score === 0 || Number.isNaN(score)));
    detector.learn(rowsOf(VALUES, WIDTH));
    const before = detector.snapshot();
    detector.scoreFields(rows, own);
    assert.deepEqual(detector.snapshot(), before);
    assert.throws(() => detector.scoreFields(rows, new Float64Array(8)), { code: 'DETECT_SHAPE_MISMATCH' });
  });
}
