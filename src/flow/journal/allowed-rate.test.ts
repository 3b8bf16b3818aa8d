import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allowedRate, lowerRate } from './allowed-rate.ts';

describe('allowedRate()', () => {
  const cases = [
    { load: 0, allowed: null },
    { load: 0.5, allowed: null },
    { load: 0.75, allowed: 1_250 },
    { load: 1, allowed: 1_000 },
    { load: 1.5, allowed: 500 },
    { load: 2, allowed: 0 },
    { load: 9, allowed: 0 },
  ];
  for (const { load, allowed } of cases) {
    it(`is ${allowed ?? 'any'} of 1,000 served where ${load} of what may wait does`, () => {
      assert.equal(allowedRate(1_000, load), allowed);
    });
  }

  it('brings what waits to its goal, and keeps it there without swinging, for a server of any speed', () => {
    for (const served of [1_000, 250_000]) {
      const waits = flood({ served: () => served, arriving: served * 1.5 });
      assert.ok(Math.max(...waits) < 1.3 * GOAL_MS, `overshoots to ${Math.max(...waits)} ms`);
      const settled = waits.slice(waits.length / 2);
      assert.ok(Math.max(...settled) - Math.min(...settled) < 0.05 * GOAL_MS, 'it swings');
    }
  });

  it('lets everything come that is served in time', () => {
    const waits = flood({ served: () => 1_000, arriving: 990 });
    assert.ok(Math.max(...waits) < GOAL_MS / 2);
  });

  it('follows a server that turns slow, and one that is quick again', () => {
    const served = (ms: number): number => (ms > 5_000 && ms < 12_000 ? 400 : 1_000);
    const waits = flood({ served, arriving: 5_000 });
    const at = (ms: number): number => waits[ms / STEP_MS] ?? NaN;
    for (const ms of [4_900, 11_900, 19_900]) assert.ok(Math.abs(at(ms) - GOAL_MS) < 0.05 * GOAL_MS, `${at(ms)} ms`);
    assert.ok(Math.max(...waits) < 3 * GOAL_MS);
  });

  /** A queue before a server, whose age is told late. @returns how long what comes next will wait, by step */
  function flood({ served, arriving }: { served: (ms: number) => number; arriving: number }): readonly number[] {
    const waits: number[] = [];
    let queue = 0;
    for (let ms = 0; ms < 20_000; ms += STEP_MS) {
      const speed = served(ms);
      waits.push((queue / speed) * 1_000);
      const told = waits[waits.length - 1 - TOLD_LATE_MS / STEP_MS] ?? 0;
      const allowed = allowedRate(speed, told / GOAL_MS) ?? Infinity;
      queue = Math.max(0, queue + ((Math.min(arriving, allowed) - speed) * STEP_MS) / 1_000);
    }
    return waits;
  }
});

const GOAL_MS = 400;
const STEP_MS = 10;
const TOLD_LATE_MS = 130;

describe('lowerRate()', () => {
  it('takes the lower one, and null for any', () => {
    assert.equal(lowerRate(null, null), null);
    assert.equal(lowerRate(3, null), 3);
    assert.equal(lowerRate(null, 0), 0);
    assert.equal(lowerRate(3, 2), 2);
  });
});
