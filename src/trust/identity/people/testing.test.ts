import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeProtectedHeader, decodeJwt } from 'jose';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { declaring, makeTestClient, makeTestIssuer } from './testing.ts';

test('makeTestIssuer() and makeTestClient() let each claim be replaced', async () => {
  const clock = frozenClock();
  const { sign, issuer } = await makeTestIssuer(clock);
  assert.equal(decodeJwt(await sign({ aud: 'other' })).aud, 'other');
  assert.equal(decodeJwt(await sign()).iss, issuer.url);
  const client = await makeTestClient(clock);
  assert.equal(decodeProtectedHeader(await client.prove('t', {}, { typ: 'x' })).typ, 'x');
  assert.deepEqual(
    [
      ...declaring({ issuerList: [issuer] })
        .signIn()
        .issuers.keys(),
    ],
    ['corp'],
  );
});
