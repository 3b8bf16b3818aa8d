import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stateOf } from './consent.ts';
import { AT, consentAt, openConsents } from './testing.ts';

test('consentAt() stands for what it is changed to', () => {
  assert.equal(stateOf(consentAt(), AT), 'given');
  assert.equal(consentAt({ subject: 't1-bob' }).subject, 't1-bob');
});

test('openConsents() begins with none', async (t) => {
  const { consents } = await openConsents(t);
  assert.deepEqual(await consents.list({ limit: 1 }), []);
});
