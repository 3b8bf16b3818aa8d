import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SOUND_CLONES } from '../sound-trials.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import { clonesAreNoticed } from './clones-are-noticed.ts';

const cloneOwn = (more: Partial<typeof SOUND_CLONES>) => ({ cloneOwn: async () => ({ ...SOUND_CLONES, ...more }) });

test('clones-are-noticed turns red where a clone is not noticed, or a device is taken for one', async () => {
  await assertTurnsRed(clonesAreNoticed, {
    'two addresses are not noticed': cloneOwn({ noticed: false }),
    'two addresses over HTTPS are not noticed': cloneOwn({ noticedOverHttps: false }),
    'two counters are not noticed': cloneOwn({ countersNoticed: false }),
    'one key under two names is not noticed': cloneOwn({ keyNoticed: false }),
    'a device with two sessions raises it': cloneOwn({ quiet: false }),
    'nobody gets in': cloneOwn({ first: false, second: false }),
  });
});

test('clones-are-noticed tries what it can where there is one address', async () => {
  const one = { second: false, noticed: false, noticedOverHttps: false };
  const { signal } = new AbortController();
  assert.equal((await clonesAreNoticed.probe(soundPlatform(cloneOwn(one)), signal)).outcome, 'pass');
  const blind = soundPlatform(cloneOwn({ ...one, keyNoticed: false }));
  assert.equal((await clonesAreNoticed.probe(blind, signal)).outcome, 'fail');
});
