import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { isVouchedFor } from './person.ts';

test('isVouchedFor() tells people of an identity provider from the platform’s own, whatever these are called', async (t) => {
  const { identity } = await openTrust(t);
  const { people } = identity;
  const own = await people.create('person', 'corp-ada', ['scientist'], 'test');
  await assert.rejects(people.create('person', 'corp:ada', ['scientist'], 'test'), { code: 'IDENTITY_PERSON_INVALID' });
  const theirs = await people.ofIssuer('person', 'corp', 'ada');
  assert.deepEqual([own, theirs].map(isVouchedFor), [false, true]);
});
