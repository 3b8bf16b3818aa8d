import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minutes } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { STANDARD_SIGN_IN } from '#declare/template/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { makeProgramCredentials } from './program-credentials.ts';

test('makeProgramCredentials() makes one that lets in, and others that are each wrong in their own way', async (t) => {
  const clock = frozenClock();
  const { identity } = await openTrust(t, { clock });
  const { person: prober } = await identity.people.signInOwn('_prober', [], 'test', clock.now());
  const parts = { identity, clock, random: systemRandom, signIn: STANDARD_SIGN_IN, prober, actor: 'test' };
  const made = await makeProgramCredentials(parts);
  const outcomes = async (): Promise<Record<string, string>> => {
    const seen: Record<string, string> = {};
    for (const [kind, text] of made) {
      const request = { method: 'GET', host: 'localhost', target: '/' };
      const shown = { certificate: null, authorization: `Bearer ${text}`, proof: undefined, request };
      seen[kind] = (await identity.signIn.signIn(shown)).outcome;
    }
    return seen;
  };
  const ended = {
    'revoked-key': 'revoked',
    'expired-token': 'expired',
    'ended-session': 'revoked',
    'unused-code': 'malformed',
    'unsigned-token': 'wrong-issuer',
    'forged-token': 'wrong-issuer',
  };
  assert.deepEqual(await outcomes(), { 'good-key': 'ok', 'narrow-key': 'ok', ...ended });
  assert.deepEqual(await identity.signIn.keys.list(), [], 'they are in no list');
  clock.advance(minutes(20));
  assert.deepEqual(await outcomes(), { 'good-key': 'expired', 'narrow-key': 'expired', ...ended });
});
