import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { BEHAVIOUR_WINDOW, BehaviourProfile, STRANGE_WINDOWS } from './behaviour-profile.ts';
import { BehaviourWatch } from './behaviour-watch.ts';

const random = seedRandom(8);
const fridge = () => Float64Array.of(4 + 0.5 * nextNormal(random), 1 + 0.1 * nextNormal(random));
const pump = () => Float64Array.of(80 + 9 * nextNormal(random), 3 + nextNormal(random));

function tell(watch: BehaviourWatch, peers: BehaviourProfile, next: () => Float64Array, rows: number) {
  return Array.from({ length: rows }, () => watch.take(next(), 0, { peers })).flatMap((found, i) =>
    found === null ? [] : [[i, found.unlike] as const],
  );
}

test('BehaviourWatch tells of another device behind known credentials within a stated number of readings', () => {
  const peers = new BehaviourProfile(2);
  const watch = new BehaviourWatch(2);
  assert.deepEqual(tell(watch, peers, fridge, 200 * BEHAVIOUR_WINDOW), []);
  assert.ok((watch.score.asItself ?? 0) > 0.2 && (watch.score.asPeers ?? 0) > 0.2);
  const found = tell(watch, peers, pump, 10 * BEHAVIOUR_WINDOW);
  assert.deepEqual(found, [[STRANGE_WINDOWS * BEHAVIOUR_WINDOW - 1, 'itself']]);
  assert.equal(watch.score.asItself, 0);
});

test('BehaviourWatch holds a device that is new against the others of its stream', () => {
  const peers = new BehaviourProfile(2);
  for (let device = 0; device < 5; device++) tell(new BehaviourWatch(2), peers, fridge, 20 * BEHAVIOUR_WINDOW);
  assert.deepEqual(tell(new BehaviourWatch(2), peers, fridge, 10 * BEHAVIOUR_WINDOW), []);
  assert.equal(tell(new BehaviourWatch(2), peers, pump, 10 * BEHAVIOUR_WINDOW)[0]?.[1], 'peers');
});

test('BehaviourWatch learns another way of a device once it was told more often than the budget allows', () => {
  const watch = new BehaviourWatch(2);
  const peers = new BehaviourProfile(2);
  tell(watch, peers, fridge, 40 * BEHAVIOUR_WINDOW);
  // It is somewhere else for four windows in every twenty, as a device with operating states is.
  const states = (times: number): number =>
    Array.from({ length: times }, () => [
      ...tell(watch, peers, pump, 4 * BEHAVIOUR_WINDOW),
      ...tell(watch, peers, fridge, 16 * BEHAVIOUR_WINDOW),
    ]).flat().length;
  const told = states(20);
  assert.ok(told >= 2 && told <= 5, String(told));
  assert.equal(states(10), 0);
  // Where the budget pays for each alarm, nothing strange is learnt.
  const paid = new BehaviourWatch(2);
  tell(paid, peers, fridge, 40 * BEHAVIOUR_WINDOW);
  for (let i = 0; i < 10; i++) {
    assert.equal(tell(paid, peers, pump, 4 * BEHAVIOUR_WINDOW).length, 1);
    paid.pass(1);
    tell(paid, peers, fridge, 16 * BEHAVIOUR_WINDOW);
  }
});

test('BehaviourWatch tells of another misbehaviour however often it was told of one, and however long that stayed', () => {
  const width = 6;
  const out = (of: (field: number) => boolean, level: number) => (): Float64Array =>
    Float64Array.from({ length: width }, (_, i) => (of(i) ? level + 3 * nextNormal(random) : nextNormal(random)));
  const usual = out(() => false, 0);
  const first = out((i) => i < 3, 20);
  for (const stays of [3, 8, 40]) {
    const peers = new BehaviourProfile(width);
    const watch = new BehaviourWatch(width);
    tell(watch, peers, usual, 60 * BEHAVIOUR_WINDOW);
    const told = Array.from({ length: 8 }, () => [
      ...tell(watch, peers, first, stays * BEHAVIOUR_WINDOW),
      ...tell(watch, peers, usual, 8 * BEHAVIOUR_WINDOW),
    ]).flat();
    assert.ok(told.length >= 2 && watch.numbers[5]! <= 4, String(told.length));
    const second = tell(
      watch,
      peers,
      out((i) => i >= 3, 20),
      10 * BEHAVIOUR_WINDOW,
    );
    assert.deepEqual(second, [[STRANGE_WINDOWS * BEHAVIOUR_WINDOW - 1, 'itself']], `after one that stayed ${stays}`);
  }
});
