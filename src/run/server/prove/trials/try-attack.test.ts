import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trialWorld } from './testing.ts';
import { tryAttack } from './try-attack.ts';

test('tryAttack() sees an attack in stages as one incident, and what comes an hour later as another', async (t) => {
  const { stages, ...others } = await tryAttack(await trialWorld(t));
  assert.deepEqual(others, { watched: true, quiet: true, inOrder: true, together: true, laterApart: true });
  // What was falsified varies more than it did, which is a step too.
  assert.deepEqual(
    stages.filter((stage) => stage !== 'scale-check'),
    ['stuck-check', 'physics', 'robust-z'],
  );
});

test('tryAttack() sees that a stage is missing where nobody tells it', async (t) => {
  const { stages } = await tryAttack(await trialWorld(t, (plan) => ({ ...plan, physics: [] })));
  assert.ok(!stages.includes('physics') && stages.includes('stuck-check'), stages.join());
  assert.equal((await tryAttack(await trialWorld(t, null))).watched, false);
});
