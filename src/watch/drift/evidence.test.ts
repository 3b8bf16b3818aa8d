import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextUniform, seedRandom } from '#learn/features/index.ts';
import { evidenceOf, nextEvidence, rejectByChance, rejectByEvidence } from './evidence.ts';

test('evidenceOf() has a mean of at most 1 over chances that are uniform, and grows as they get small', () => {
  const steps = 1e6;
  let sum = 0;
  for (let i = 0; i < steps; i++) sum += evidenceOf((i + 0.5) / steps) / steps;
  assert.ok(sum > 0.9 && sum <= 1, `${sum}`);
  assert.ok(Math.abs(evidenceOf(1) - 0.5) < 1e-9);
  // By hand: (1 − p + p ln p) / (p ln² p).
  assert.ok(Math.abs(evidenceOf(0.05) - 1.783322181482338) < 1e-12);
  assert.ok(evidenceOf(1e-4) > 100);
});

test('nextEvidence() takes more than 1/α steps on average to exceed 1/α where nothing changes', () => {
  const [random, limit, runs] = [seedRandom(3), Math.log(200), 300];
  let steps = 0;
  for (let run = 0; run < runs; run++) {
    for (let log = 0; log < limit; steps++)
      log = nextEvidence(log, Math.log(evidenceOf(Math.max(1e-12, nextUniform(random)))));
  }
  assert.ok(steps / runs > 200, `${steps / runs} steps`);
});

test('nextEvidence() starts anew where nothing speaks for a change', () => {
  assert.equal(nextEvidence(-3, 2), 2);
  assert.equal(nextEvidence(3, 2), 5);
  assert.ok(nextEvidence(1e9, 1e9) < 1e3);
});

test('rejectByEvidence() keeps the false discovery rate for e-values, rejectByChance() for chances', () => {
  // Five hypotheses at 0.05: one needs 100, two 50 each, three 33.4 each.
  assert.deepEqual(rejectByEvidence(Float64Array.of(0, Math.log(99), 0, 0, 0), 0.05), []);
  assert.deepEqual(rejectByEvidence(Float64Array.of(0, Math.log(51), 0, Math.log(60), 0), 0.05), [3, 1]);
  // scipy's false_discovery_control adjusts these to 0.005, 0.05, 0.05, 0.5 and 0.05625.
  assert.deepEqual(rejectByChance(Float64Array.of(0.001, 0.02, 0.03, 0.5, 0.045), 0.05), [0, 1, 2]);
  assert.deepEqual(rejectByChance(Float64Array.of(0.2, 0.02), 0.03), []);
});
