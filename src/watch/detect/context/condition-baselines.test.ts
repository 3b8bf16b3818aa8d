import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { ConditionBaselines, MOST_CONDITIONS } from './condition-baselines.ts';

function taught(): ConditionBaselines {
  const random = seedRandom(2);
  const baselines = new ConditionBaselines(2);
  const into = new Float64Array(2);
  for (let i = 0; i < 400; i++) {
    // Idle at 20, running at 80; the second column is left as it is.
    const running = i % 2;
    baselines.standardise(running, Float64Array.of(20 + 60 * running + nextNormal(random), i), 0, into, 1);
  }
  return baselines;
}

function far(baselines: ConditionBaselines, condition: number, value: number): number {
  const into = new Float64Array(2);
  baselines.standardise(condition, Float64Array.of(value, 7), 0, into, 1);
  assert.equal(into[1], 7);
  return into[0]!;
}

test('ConditionBaselines: what is usual under one condition is unusual under another', () => {
  const baselines = taught();
  assert.ok(Math.abs(far(baselines, 1, 80)) < 3 && far(baselines, 0, 80) > 20);
  assert.ok(baselines.readings(0) > 190 && baselines.usual(1)!.centre[0]! > 75);
});

test('ConditionBaselines judge nothing under a condition that is new', () => {
  assert.ok(Number.isNaN(far(taught(), 2, 5_000)));
});

test('ConditionBaselines: what was seen of a new condition alone is not held to be all that there is, and many readings are', () => {
  const baselines = taught();
  for (let i = 0; i < 64; i++) far(baselines, 2, 50);
  const first = far(baselines, 2, 60);
  assert.ok(first > 10 && first < 40, String(first));
  for (let i = 0; i < 3_000; i++) far(baselines, 2, 50);
  assert.ok(far(baselines, 2, 60) > 200);
  // As usual values are spread, they look so from the first that is judged on: no change of scale.
  const [random, into] = [seedRandom(9), new Float64Array(2)];
  const spreads = [64, 1_000].map((from) => {
    let [sum, count] = [0, 0];
    for (let condition = 10; condition < 30; condition++) {
      const fresh = new ConditionBaselines(2);
      for (let i = 0; i < from + 100; i++) {
        fresh.standardise(condition, Float64Array.of(50 + nextNormal(random), 7), 0, into, 1);
        if (i >= from) [sum, count] = [sum + into[0]! ** 2, count + 1];
      }
    }
    return Math.sqrt(sum / count);
  });
  assert.ok(
    spreads.every((spread) => Math.abs(spread - 1) < 0.06),
    spreads.join(),
  );
});

test('ConditionBaselines are bounded, and go on from what was packed', () => {
  const baselines = taught();
  const restored = new ConditionBaselines(2);
  restored.unpack(baselines.pack());
  assert.deepEqual(restored.pack(), baselines.pack());
  for (let condition = 0; condition < 100; condition++) far(restored, condition, 5);
  assert.equal(restored.size, MOST_CONDITIONS + 1);
});

test('ConditionBaselines tell that what is usual under one of them has moved, and all tell once in their time', () => {
  const baselines = new ConditionBaselines(1);
  const random = seedRandom(4);
  const into = new Float64Array(1);
  const told: (readonly [number, number])[] = [];
  for (let i = 0; i < 40_000; i++) {
    const condition = i % 2;
    // Both are led away, one of them sooner.
    const led = 0.001 * Math.max(0, i - (condition === 0 ? 4_000 : 12_000));
    baselines.standardise(condition, Float64Array.of(20 + led + nextNormal(random)), 0, into, 1);
    const moved = baselines.checkMoved(condition, [0.01], i, 20_000);
    if (moved !== null) told.push([condition, i]);
  }
  assert.equal(told[0]?.[0], 0);
  assert.equal(told.length, 2);
  assert.ok(told[1]![1] - told[0][1] >= 20_000);
  const restored = new ConditionBaselines(1);
  restored.unpack(baselines.pack());
  restored.unpackAnchors(baselines.packAnchors());
  assert.deepEqual([restored.pack(), restored.packAnchors()], [baselines.pack(), baselines.packAnchors()]);
});
