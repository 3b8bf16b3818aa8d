import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { ConsentError } from '#trust/consent/index.ts';
import type { Consent, ConsentRequest, ConsentTarget } from '#trust/consent/index.ts';
import type { Services } from '../services.ts';
import { openApi } from '../testing.ts';

const CONSENT: Consent = {
  id: 'c1',
  stream: 'climate',
  subject: 't1-ada',
  given: micros(0),
  expires: null,
  suspended: false,
  terms: {
    purposes: ['quality'],
    fields: [],
    controller: 'test',
    region: 'eu',
    keep: null,
    recipients: [],
    notice: null,
    method: null,
  },
  events: [{ kind: 'given', at: micros(0), purposes: ['quality'] }],
};

/** Stands in for the room, which is tested by itself. */
function standIn() {
  const given: ConsentRequest[] = [];
  const meant: (readonly [ConsentTarget, readonly string[] | null])[] = [];
  const consents: Services['consents'] = {
    give: async (request) => {
      given.push(request);
      return { consent: CONSENT, isNew: true };
    },
    withdraw: async (target, purposes) => {
      meant.push([target, purposes]);
      return [CONSENT];
    },
    confirm: async (target) => {
      meant.push([target, null]);
      return 3;
    },
    find: (id) => {
      if (id !== 'c1') throw new ConsentError('CONSENT_UNKNOWN', 'Cannot find consent');
      return CONSENT;
    },
    list: async () => [CONSENT],
    asShown: (consent) => consent,
    standing: () => ({ subjects: [], since: new Float64Array(0) }),
    excludedSubjects: (stream, purpose) => [`${stream}/${purpose}`],
    suspended: 0,
  };
  const consentReceipts: Services['consentReceipts'] = {
    sign: async () => '{"signed": true}',
    verifierKeys: async () => ['k'],
  };
  return { given, meant, services: { consents, consentReceipts } };
}

test('a consent is recorded and shown, with a record and a receipt', async (t) => {
  const { given, services } = standIn();
  const { call } = await openApi(t, services);
  const body = {
    stream: 'climate',
    subject: 'ada',
    expires: '1970-01-01T00:00:01Z',
    notice: { url: 'https://example.com' },
  };
  const made = await call('POST', '/v1/consents', { body });
  assert.equal(made.status, 201, made.text);
  assert.deepEqual(made.json()['receipt'], '{"signed": true}');
  assert.deepEqual(given, [
    {
      stream: 'climate',
      subject: 'ada',
      purposes: [],
      expires: 1_000_000,
      notice: { url: 'https://example.com', language: null },
      method: null,
    },
  ]);
  const shown = (await call('GET', '/v1/consents/c1')).json();
  assert.deepEqual((shown['consent'] as { state: string }).state, 'given');
  assert.equal((shown['record'] as Record<string, unknown>)['@type'], 'dpv:ConsentRecord');
  assert.equal((await call('GET', '/v1/consents/c9')).status, 404);
  assert.equal(((await call('GET', '/v1/consents')).json()['consents'] as unknown[]).length, 1);
  const found = await call('POST', '/v1/consents/find', { body: { stream: 'climate', subject: 'ada' } });
  assert.equal((found.json()['consents'] as unknown[]).length, 1);
  assert.deepEqual((await call('GET', '/v1/consents/c1/receipt')).json(), { id: 'c1', receipt: '{"signed": true}' });
  assert.deepEqual((await call('GET', '/v1/consents/keys', { as: 'nobody' })).json(), { keys: ['k'] });
  assert.deepEqual((await call('GET', '/v1/consents/excluded?stream=climate&purpose=quality')).json(), {
    subjects: ['climate/quality'],
  });
});

test('a withdrawal and a confirmation name what they mean', async (t) => {
  const { meant, services } = standIn();
  const { call } = await openApi(t, services);
  const body = { stream: 'climate', subject: 'ada', purposes: ['quality'] };
  await call('POST', '/v1/consents/withdraw', { body });
  await call('POST', '/v1/consents/c1/withdraw', { body: {} });
  await call('POST', '/v1/consents/confirm', { body: { stream: 'climate' } });
  assert.deepEqual(meant, [
    [{ kind: 'subject', stream: 'climate', subject: 'ada' }, ['quality']],
    [{ kind: 'record', id: 'c1' }, null],
    [{ kind: 'stream', stream: 'climate' }, null],
  ]);
  assert.equal((await call('POST', '/v1/consents/confirm', { body: {} })).status, 400);
  const wrong = { stream: 'climate', subject: 'ada', expires: 'soon' };
  assert.equal((await call('POST', '/v1/consents', { body: wrong })).status, 400);
});

test('who may record consents hears of a stream that is not there, and nobody else', async (t) => {
  const { services, given } = standIn();
  const { call, identity } = await openApi(t, services);
  const body = { stream: 'nowhere', subject: 'ada' };
  await call('POST', '/v1/consents', { body });
  assert.equal(given.length, 1, 'what knows the streams is asked');
  const { token } = await identity.people.add('sam', ['scientist'], 'person:p1');
  assert.equal((await call('POST', '/v1/consents', { as: { token }, body })).status, 403);
});

test('who may not record consents does nothing of it', async (t) => {
  const { meant, given, services } = standIn();
  const { call, identity } = await openApi(t, services);
  const { token } = await identity.people.add('sam', ['scientist'], 'person:p1');
  const body = { stream: 'climate', subject: 'ada' };
  for (const path of ['/v1/consents', '/v1/consents/find', '/v1/consents/withdraw']) {
    assert.equal((await call('POST', path, { as: { token }, body })).status, 403, path);
  }
  for (const path of ['/v1/consents', '/v1/consents/c1', '/v1/consents/c1/receipt']) {
    assert.equal((await call('GET', path, { as: { token } })).status, 403, path);
  }
  assert.deepEqual([given, meant], [[], []]);
});
