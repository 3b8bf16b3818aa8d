import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SensorTrial } from '#assure/controls/index.ts';
import type { WatchPlan } from '#watch/detect/index.ts';
import { trialWorld } from './testing.ts';
import { trySensors } from './try-sensors.ts';

test('trySensors() sees each trouble told by its own check', async (t) => {
  const { quiet, stuck, spliced, scaled, replayed } = await trySensors(await trialWorld(t));
  assert.equal(quiet, true);
  assert.deepEqual(
    [stuck?.field, spliced?.field, scaled?.rule, replayed?.rule],
    ['level', 'level', 'inflow = outflow within 20 %', 'it plays again what it said 480 readings ago'],
  );
});

const without = (name: string) => (plan: WatchPlan) => ({
  ...plan,
  detectors: plan.detectors.filter(({ kind }) => kind.name !== name),
});
const BLIND: readonly (readonly [keyof SensorTrial, (plan: WatchPlan) => WatchPlan])[] = [
  ['stuck', without('stuck-check')],
  ['spliced', without('jump-check')],
  ['scaled', (plan) => ({ ...plan, physics: [] })],
  ['replayed', (plan) => ({ ...plan, byReceipt: true })],
];

test('trySensors() sees a check that is missing', async (t) => {
  for (const [trouble, broken] of BLIND) {
    const trial = await trySensors(await trialWorld(t, broken));
    assert.deepEqual([trouble, trial[trouble]], [trouble, null]);
  }
  assert.equal((await trySensors(await trialWorld(t, null))).watched, false);
});
