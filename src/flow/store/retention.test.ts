import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { micros, millis } from '#base/core/index.ts';
import { keptFrom, receiptOf } from './retention.ts';
import type { Segment } from './segment.ts';

const DAY = 86_400_000;
const NOW = micros(1_790_000_000_123_456);

describe('keptFrom()', () => {
  it('is nothing where there is no longest keep', () => {
    assert.equal(keptFrom({ min: millis(DAY), max: null }, NOW), null);
  });

  it('keeps nothing longer than the longest, nothing shorter than the shortest, and stands still within a step', () => {
    const keeps = fc.tuple(fc.integer({ min: 1, max: 4_000 * DAY }), fc.integer({ min: 0, max: 4_000 * DAY }));
    fc.assert(
      fc.property(keeps, fc.integer({ min: 0, max: 400 * DAY }), ([a, b], later) => {
        const [min, max] = [millis(Math.min(a, b)), millis(Math.max(a, b))];
        const now = micros(NOW + later * 1_000);
        const from = keptFrom({ min, max }, now) ?? 0;
        const step = Math.ceil(Math.min(DAY, max / 32)) * 1_000;
        assert.ok(from <= now - min * 1_000);
        // Without room between them it is late by less than a step.
        assert.ok(from > now - max * 1_000 - step);
        if (max - min >= step / 1_000) assert.ok(from >= now - max * 1_000);
      }),
      { seed: 29 },
    );
    const times = [0, 1, 2, 3].map((hours) =>
      keptFrom({ min: null, max: millis(30 * DAY) }, micros(NOW + hours * 3.6e9)),
    );
    assert.equal(new Set(times).size, 1);
  });
});

describe('receiptOf()', () => {
  it('is bounded by the sealing where it was not kept', () => {
    const created = micros(7);
    const received = { first: micros(1), last: micros(2) };
    assert.deepEqual(receiptOf({ created, received } as Segment), received);
    assert.deepEqual(receiptOf({ created } as Segment), { first: 7, last: 7 });
  });
});
