import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { BEHAVIOUR_WINDOW, BehaviourProfile, TRAITS, TraitWindow } from './behaviour-profile.ts';

test('TraitWindow tells level, spread and pace of each column, once a window', () => {
  const window = new TraitWindow(2);
  let traits: Float64Array | null = null;
  for (let i = 0; i < BEHAVIOUR_WINDOW; i++) {
    assert.equal(traits, null);
    traits = window.take(Float64Array.of(i % 2 === 0 ? 9 : 11, NaN), 0);
  }
  assert.ok(traits !== null && Math.abs(traits[0]! - 10) < 1e-9);
  assert.ok(Math.abs(Math.exp(traits[1]!) - 1) < 1e-3 && Math.abs(Math.exp(traits[2]!) - 2) < 0.1);
  assert.ok(Number.isNaN(traits[TRAITS]!));
  assert.equal(window.take(Float64Array.of(1, 1), 0), null);
});

test('BehaviourProfile has no limit until it knows enough, and scores what is unlike it higher', () => {
  const random = seedRandom(4);
  const profile = new BehaviourProfile(1);
  assert.equal(profile.limit, Infinity);
  const traits = (level: number) =>
    Float64Array.of(level + nextNormal(random), 0.1 * nextNormal(random), 0.1 * nextNormal(random));
  for (let i = 0; i < 60; i++) {
    const window = traits(20);
    profile.learn(window, profile.score(window));
  }
  assert.ok(profile.limit < 5);
  assert.ok(profile.score(traits(20)) < profile.limit);
  assert.ok(profile.score(Float64Array.of(90, 3, -3)) > profile.limit);
});

test('BehaviourProfile forgets scores of long ago, one after the other', () => {
  const profile = new BehaviourProfile(1);
  const learn = (count: number, score: number): void => {
    for (let i = 0; i < count; i++) profile.learn(Float64Array.of(20, 0, 0), score);
  };
  learn(150, 4);
  assert.equal(profile.limit, 1.25 * 4 + 0.5);
  learn(63, 1);
  assert.equal(profile.limit, 1.25 * 4 + 0.5);
  learn(1, 1);
  assert.equal(profile.limit, 1.25 + 0.5);
  learn(1_000, 2);
  assert.equal(profile.limit, 1.25 * 2 + 0.5);
});

test('TraitWindow.beginAnew() leaves out what came so far', () => {
  const window = new TraitWindow(1);
  for (let i = 0; i < 8; i++) window.take(Float64Array.of(i === 3 ? 1e100 : 10), 0);
  window.beginAnew();
  let traits: Float64Array | null = null;
  for (let i = 0; i < BEHAVIOUR_WINDOW; i++) {
    assert.equal(traits, null);
    traits = window.take(Float64Array.of(10), 0);
  }
  assert.equal(traits?.[0], 10);
});
