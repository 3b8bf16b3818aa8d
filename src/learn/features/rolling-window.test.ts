import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { medianOf, robustCentre } from './order-statistics.ts';
import { rollIn, rollingMedian, rollingSpread } from './rolling-window.ts';

test('rollIn(), rollingMedian() and rollingSpread() are median and deviation of the last values', () => {
  const values = fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ noNaN: true, min: -1e9, max: 1e9 })));
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 9 }), (series, capacity) => {
      const window = new Float64Array(1 + 2 * capacity);
      for (const [i, value] of series.entries()) {
        rollIn(window, value);
        const held = Float64Array.from(series.slice(Math.max(0, i + 1 - capacity), i + 1));
        assert.ok(Math.abs(rollingMedian(window) - medianOf(held)) <= 1e-6);
        assert.ok(Math.abs(rollingSpread(window) - robustCentre(held).spread) <= 1e-6);
      }
    }),
    { seed: 1 },
  );
});

test('rollingMedian() and rollingSpread() of nothing are missing', () => {
  assert.equal(rollingMedian(new Float64Array(7)), NaN);
  assert.equal(rollingSpread(new Float64Array(7)), NaN);
});
