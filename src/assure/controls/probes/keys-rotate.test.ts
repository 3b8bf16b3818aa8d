import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROTATED } from '../sound-trials.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import { keysRotate } from './keys-rotate.ts';

test('keysRotate turns red', () =>
  assertTurnsRed(keysRotate, {
    'the old version seals on': { rotateOwn: async () => ({ ...ROTATED, newer: false }) },
    'nothing was sealed again': { rotateOwn: async () => ({ ...ROTATED, rewrapped: 0 }) },
    'what was sealed before is lost': { rotateOwn: async () => ({ ...ROTATED, oldReads: false }) },
    'what is sealed after is lost': { rotateOwn: async () => ({ ...ROTATED, newReads: false }) },
    'the new version seals nothing': { rotateOwn: async () => ({ ...ROTATED, newSeals: false }) },
    'something hangs on the old one': { rotateOwn: async () => ({ ...ROTATED, oldHolds: 1 }) },
    'the log does not tell': { rotateOwn: async () => ({ ...ROTATED, logged: false }) },
  }));

test('keysRotate looks at how things stand where a rotation was made within a day', async () => {
  const before = { ...ROTATED, rotated: false, newer: null, rewrapped: null, milliseconds: null, logged: null };
  const outcome = async (trial: typeof before) =>
    (await keysRotate.probe(soundPlatform({ rotateOwn: async () => trial }), new AbortController().signal)).outcome;
  assert.equal(await outcome(before), 'pass');
  assert.equal(await outcome({ ...before, oldHolds: 2 }), 'fail');
});
