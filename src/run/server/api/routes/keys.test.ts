import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock as clock } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { openKeys } from '../../../../../test/support/open-trust.ts';
import { KeyKeeper } from '../../control/key-keeper.ts';
import type { Services } from '../services.ts';
import { openApi } from '../testing.ts';

async function openKeyApi(t: Parameters<typeof openApi>[0]) {
  const { keys, custody, audit } = await openKeys(t);
  const tickets = { tickets: { version: 1, since: clock.now() }, rotateTickets: async () => {} };
  const keyKeeper = new KeyKeeper({ keys, custody, audit, clock, random, tickets: () => tickets, written: () => [] });
  return { ...(await openApi(t, { keyKeeper })), keyAudit: audit };
}

test('GET /v1/keys lists versions and shows no key', async (t) => {
  const { call } = await openKeyApi(t);
  const answer = await call('GET', '/v1/keys');
  const { custody, keys } = answer.json() as { custody: string; keys: { kind: string; state: string }[] };
  assert.equal(custody, 'demo');
  assert.deepEqual(
    keys.map(({ kind, state }) => `${kind} ${state}`),
    ['root active', 'epoch active', 'rows active', 'ticket active'],
  );
  assert.equal((await call('GET', '/v1/keys', { as: 'nobody' })).status, 401);
  assert.equal((await call('GET', '/v1/keys', { as: 'device' })).status, 403);
});

test('POST /v1/keys/rotate, retire and destroy act for who asks, and say why they do not', async (t) => {
  const { call, keyAudit } = await openKeyApi(t);
  const rotated = await call('POST', '/v1/keys/rotate', { body: { kind: 'epoch' } });
  assert.deepEqual([rotated.status, rotated.json()['version']], [200, 2]);
  assert.match(keyAudit.events.at(-1)?.actor ?? '', /^person:/);
  assert.equal((await call('POST', '/v1/keys/retire', { body: { kind: 'epoch' } })).status, 200);
  const destroyed = await call('POST', '/v1/keys/destroy', { body: { kind: 'epoch', version: 1 } });
  assert.deepEqual(destroyed.json(), { kind: 'epoch', name: '', version: 1, lost: 0 });
  const cases: [string, object, number, string][] = [
    ['destroy', { kind: 'epoch', version: 3, force: true }, 409, 'KEYS_VERSION_ACTIVE'],
    ['destroy', { kind: 'epoch', version: 1 }, 404, 'KEYS_UNKNOWN'],
    ['rotate', { kind: 'domain', name: 'climate:health' }, 404, 'KEYS_UNKNOWN'],
    ['rotate', { kind: 'sandwich' }, 400, 'API_BODY_INVALID'],
    ['destroy', { kind: 'ticket', version: 1 }, 400, 'API_BODY_INVALID'],
    ['destroy', { kind: 'epoch', version: 1.5 }, 400, 'API_BODY_INVALID'],
  ];
  for (const [what, body, status, code] of cases) {
    const answer = await call('POST', `/v1/keys/${what}`, { body });
    assert.deepEqual([answer.status, answer.json()['code']], [status, code], JSON.stringify(body));
  }
});

test('POST /v1/keys/unwrap hands a handle and a purpose on, and the key back', async (t) => {
  const asked: unknown[] = [];
  const keyReleases: Services['keyReleases'] = {
    unwrap: async (_caller, ...words) => {
      asked.push(words);
      return 'AAAA';
    },
  };
  const { call } = await openApi(t, { keyReleases });
  assert.deepEqual((await call('POST', '/v1/keys/unwrap', { body: { wrappedKey: 'h1', purpose: 'care' } })).json(), {
    key: 'AAAA',
  });
  await call('POST', '/v1/keys/unwrap', { body: { wrappedKey: 'h2' } });
  assert.deepEqual(asked, [
    ['h1', 'care'],
    ['h2', null],
  ]);
  assert.equal((await call('POST', '/v1/keys/unwrap', { body: {} })).json()['code'], 'API_BODY_INVALID');
});
