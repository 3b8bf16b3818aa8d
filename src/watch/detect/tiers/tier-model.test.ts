import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { principalComponents } from '../tabular/principal-components.ts';
import { TIER_ARMED_AFTER, TierModel } from './tier-model.ts';

const TIER = { kind: principalComponents, rows: 1, floor: 4 };
const RATE = 1 / 86_400;

/** Two fields that go together. */
function together(random: Uint32Array): Float64Array {
  const common = nextNormal(random);
  return Float64Array.of(common, common + 0.1 * nextNormal(random));
}

function taught(windows: number): TierModel {
  const random = seedRandom(3);
  const model = new TierModel(TIER, 2, RATE);
  for (let i = 0; i < windows; i++) {
    const window = together(random);
    model.learn(window, model.score(window), 10);
  }
  return model;
}

test('TierModel knows nothing at first, and raises no alarm before it has seen enough', () => {
  const model = new TierModel(TIER, 2, RATE);
  assert.deepEqual([model.score(Float64Array.of(9, -9)), model.limit, model.above(0.01)], [0, Infinity, Infinity]);
  assert.equal(taught(100).limit, Infinity);
});

test('TierModel finds what breaks the relation of fields, and says which', () => {
  const model = taught(TIER_ARMED_AFTER + 600);
  const odd = Float64Array.of(1.5, -1.5);
  assert.ok(model.score(odd) > model.limit && Number.isFinite(model.limit));
  assert.ok(model.score(Float64Array.of(1.5, 1.5)) < model.limit);
  assert.ok(model.above(0.1) < model.above(0.01) && model.above(0.01) < model.limit);
  const shares = model.explain(odd);
  assert.ok(Math.abs(shares[0]! + shares[1]! - 1) < 1e-9);
});

test('TierModel is stricter after an alarm', () => {
  const model = taught(1_000);
  const before = model.limit;
  model.charge();
  assert.ok(model.limit > before);
});

test('TierModel goes on from a snapshot as it would have gone on, and anew from one of another shape', () => {
  const model = taught(700);
  const restored = new TierModel(TIER, 2, RATE);
  restored.restore(model.snapshot());
  const odd = Float64Array.of(1.5, -1.5);
  assert.deepEqual([restored.limit, restored.score(odd), restored.taken], [model.limit, model.score(odd), 700]);
  assert.deepEqual(restored.snapshot(), model.snapshot());
  const other = new TierModel(TIER, 3, RATE);
  other.restore(model.snapshot());
  assert.equal(other.taken, 0);
});
