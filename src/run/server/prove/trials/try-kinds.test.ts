import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trialWorld } from './testing.ts';
import { tryKinds } from './try-kinds.ts';

test('tryKinds() sees statistics, a model and a rule tell what is theirs', async (t) => {
  const { quiet, statistics, learnt, ensemble, rule } = await tryKinds(await trialWorld(t));
  assert.equal(quiet, true);
  assert.ok(statistics?.by.includes('robust-z'));
  assert.ok(learnt?.by.includes('principal-components'));
  assert.ok(ensemble?.by.includes('series-ensemble') && ['inflow', 'outflow'].includes(ensemble.field ?? ''));
  assert.equal(rule?.rule, 'inflow = outflow within 20 %');
});

test('tryKinds() sees that without dearer tiers no model tells anything, nor without a rule a rule', async (t) => {
  const blind = await trialWorld(t, (plan) => ({
    ...plan,
    tiers: { suspicious: 0, sample: 0, processor: -1 },
    physics: [],
  }));
  const { learnt, ensemble, rule } = await tryKinds(blind);
  assert.deepEqual([learnt, ensemble, rule], [null, null, null]);
  assert.equal((await tryKinds(await trialWorld(t, null))).watched, false);
});
