import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { fitForest } from '#learn/models/index.ts';
import type { FittedForest } from '#learn/models/index.ts';
import { BEHAVIOUR_WINDOW } from './behaviour-profile.ts';
import { BehaviourWatch } from './behaviour-watch.ts';
import { FOREIGN_WINDOWS, TypeProfiles } from './type-profiles.ts';

const random = seedRandom(9);
/** Traits of a window of two fields: the second is one that pumps alone have. */
const fridge = () => Float64Array.of(4 + nextNormal(random), -1 + 0.2 * nextNormal(random), -2, NaN, NaN, NaN);
const pump = () => Float64Array.of(6 + nextNormal(random), 1 + 0.2 * nextNormal(random), 0, 9, 1, 1);

function taught(windows: number): TypeProfiles {
  const types = new TypeProfiles(6);
  for (let i = 0; i < windows; i++) {
    types.learn('fridge', fridge());
    types.learn('pump', pump());
  }
  return types;
}

test('TypeProfiles tell a type by how its windows look, within the budget of its own, and say which it is like', () => {
  const types = taught(200);
  const foreign = Array.from({ length: 200 }, () => types.judge('fridge', fridge())!.own).filter((own) => own < 1);
  assert.ok(foreign.length <= 4, `${foreign.length} of 200`);
  const look = types.judge('fridge', pump());
  assert.ok(look !== null && look.own < 1);
  assert.equal(look.like, 'pump');
});

test('TypeProfiles are not deceived by another type that fills the fields of the type that it claims', () => {
  const types = taught(200);
  const posing = Array.from({ length: 50 }, () => types.judge('fridge', pump().fill(NaN, 3))!.own);
  assert.ok(posing.filter((own) => own < 1).length >= 49);
});

test('TypeProfiles say nothing while they know one type alone or too little, and the same after a restart', () => {
  assert.equal(taught(20).judge('fridge', fridge()), null);
  const types = taught(96);
  assert.equal(types.judge('truck', fridge()), null);
  const restored = new TypeProfiles(6);
  restored.restore(types.snapshot());
  const windows = [fridge(), pump()];
  assert.deepEqual(
    windows.map((window) => restored.judge('pump', window)),
    windows.map((window) => types.judge('pump', window)),
  );
  assert.deepEqual(taught(3_000).snapshot().length, taught(1_000).snapshot().length);
});

test('TypeProfiles go on while a forest is fitted elsewhere, judge by it once it is there, and try again what failed', async () => {
  const asked: { readonly done: () => void; readonly fail: () => void }[] = [];
  const types = new TypeProfiles(6, (...given) => {
    const { promise, resolve, reject } = Promise.withResolvers<FittedForest>();
    asked.push({ done: () => resolve(fitForest(...given)), fail: () => reject(new Error('no thread')) });
    return promise;
  });
  const teach = (windows: number): void => {
    for (let i = 0; i < windows; i++) {
      types.learn('fridge', fridge());
      types.learn('pump', pump());
    }
  };
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  teach(100);
  // One at a time, whatever becomes due meanwhile.
  assert.deepEqual([asked.length, types.knows('pump'), types.judge('pump', pump())], [1, false, null]);
  asked[0]!.fail();
  await turn();
  assert.deepEqual([asked.length, types.knows('pump')], [2, false]);
  asked[1]!.done();
  await turn();
  assert.equal(types.judge('pump', pump())?.like, 'pump');
});

test('BehaviourWatch tells of a device that is new and behaves as one of another type, within two windows', () => {
  const types = new TypeProfiles(3);
  const level = { fridge: 4, pump: 80 };
  const send = (watch: BehaviourWatch, as: keyof typeof level, type: string, rows: number) =>
    Array.from({ length: rows }, () =>
      watch.take(Float64Array.of(level[as] + nextNormal(random)), 0, { peers: null, type, types }),
    ).flatMap((found, i) => (found === null ? [] : [[i, found] as const]));
  for (const type of ['fridge', 'pump'] as const) {
    assert.deepEqual(send(new BehaviourWatch(1), type, type, 64 * BEHAVIOUR_WINDOW), []);
  }
  const stranger = new BehaviourWatch(1);
  assert.deepEqual(send(stranger, 'pump', 'fridge', 10 * BEHAVIOUR_WINDOW), [
    [FOREIGN_WINDOWS * BEHAVIOUR_WINDOW - 1, { unlike: 'type', like: 'pump' }],
  ]);
  assert.equal(stranger.score.asType, 0);
  assert.deepEqual(send(new BehaviourWatch(1), 'fridge', 'fridge', 10 * BEHAVIOUR_WINDOW), []);
});
