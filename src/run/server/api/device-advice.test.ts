import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '#base/core/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { adviceFor, advisedKey } from './device-advice.ts';

const current = makeTemplate('devices: {hub: {lifetime: 30y}, tag: {class: c0}, meter: {lifetime: 2y}}');
const services = {
  clock: systemClock,
  templates: { current, plan: () => ({}), apply: async () => ({ proposal: null }) },
} as unknown as Parameters<typeof adviceFor>[1];

test('advisedKey() is the kind that the advice names, for a device that can have it', () => {
  const keyOf = (type: string, cannot?: readonly string[]): string =>
    advisedKey(adviceFor({ type, ...(cannot === undefined ? {} : { profile: { cannot } }) }, services));
  assert.equal(keyOf('hub'), 'ml-dsa-65');
  assert.equal(keyOf('hub', ['ml-dsa']), 'ecdsa-p256');
  assert.equal(keyOf('meter'), 'ecdsa-p256');
  assert.equal(keyOf('tag'), 'ecdsa-p256', 'a secret is not certified');
  assert.equal(keyOf('gone'), 'ecdsa-p256');
});
