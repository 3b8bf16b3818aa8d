import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from './random-state.ts';
import { beginBaseline, learnBaseline, standardise } from './robust-baseline.ts';

const MEMORY = 1000;

function learnt(count: number, draw: (i: number) => number) {
  const state = beginBaseline(1);
  for (let i = 0; i < count; i++) learnBaseline(state, Float64Array.of(draw(i)), 0, MEMORY);
  return state;
}

test('learnBaseline() comes to mean and standard deviation of normal values', () => {
  const random = seedRandom(1);
  const { centre, spread, counts } = learnt(20_000, () => 50 + 4 * nextNormal(random));
  assert.ok(Math.abs(centre[0]! - 50) < 0.5, `centre is ${centre[0]}`);
  assert.ok(Math.abs(spread[0]! - 4) < 0.25, `spread is ${spread[0]}`);
  assert.equal(counts[0], 20_000);
});

test('learnBaseline() is moved by the share of wild values, not by their height', () => {
  const moved = (height: number): number => {
    const random = seedRandom(1);
    return learnt(5000, (i) => (i % 50 === 20 && i > 500 ? height : nextNormal(random))).centre[0]!;
  };
  assert.ok(Math.abs(moved(1e9) - moved(100)) < 0.02);
  assert.ok(Math.abs(moved(1e9)) < 0.2, `the centre went to ${moved(1e9)}`);
});

test('learnBaseline() follows a shift within a few memories, and slow change at once', () => {
  const random = seedRandom(1);
  const shifted = learnt(10_000, (i) => (i < 5000 ? 0 : 10) + nextNormal(random));
  assert.ok(Math.abs(shifted.centre[0]! - 10) < 1, `the centre is ${shifted.centre[0]}`);
  const drifted = learnt(20_000, (i) => i / 5000 + nextNormal(random));
  assert.ok(Math.abs(drifted.centre[0]! - 4) < 0.4, `the centre is ${drifted.centre[0]}`);
});

test('learnBaseline() learns that a constant field is constant no longer', () => {
  const state = learnt(500, () => 5);
  assert.equal(standardise(state, 0, 5), 0);
  assert.ok(standardise(state, 0, 5.1) > 1e6);
  const random = seedRandom(1);
  for (let i = 0; i < 20 * MEMORY; i++) learnBaseline(state, Float64Array.of(5 + nextNormal(random)), 0, MEMORY);
  assert.ok(standardise(state, 0, 6) < 2, `z is ${standardise(state, 0, 6)}`);
});

test('learnBaseline() and standardise() skip what is missing', () => {
  const state = learnt(100, (i) => (i % 2 === 0 ? NaN : i));
  assert.equal(state.counts[0], 50);
  assert.equal(standardise(state, 0, NaN), 0);
  assert.equal(standardise(beginBaseline(1), 0, 7), 0);
});
