import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { systemClock } from '#base/core/index.ts';
import { adviseEncryption, declaredProfile, premisesOf } from '#trust/identity/index.ts';
import { requireProgram } from '../../../../../test/support/outside.ts';
import { makeTemplate } from '../../../../../test/support/make-template.ts';
import { DECLARED, openTrust } from '../../../../../test/support/open-trust.ts';
import { API_TEMPLATE, openApi } from '../testing.ts';

const TRUCK = { name: 'truck-1', type: 'reefer' };

test('POST /v1/devices enrols a device and shows its key this once', async (t) => {
  const { call, audit } = await openApi(t);
  const made = await call('POST', '/v1/devices', { body: { ...TRUCK, days: 30, owner: 'fleet' } });
  assert.equal(made.status, 201);
  const { key, certificate, authority, device } = made.json() as Record<string, string> & { device: object };
  assert.match(key ?? '', /PRIVATE KEY/);
  assert.match(certificate ?? '', /CERTIFICATE/);
  assert.match(authority ?? '', /CERTIFICATE/);
  const { certificateExpires, owner } = device as unknown as { certificateExpires: string; owner: string };
  assert.ok(Math.abs(Date.parse(certificateExpires) - systemClock.now() / 1_000 - 30 * 86_400_000) < 3_600_000);
  assert.equal(owner, 'fleet');
  assert.deepEqual(
    audit.events.filter(({ resource }) => resource === 'device:truck-1').map(({ action }) => action)[0],
    'enrol',
  );
  const shown = await call('GET', '/v1/devices/truck-1');
  assert.doesNotMatch(shown.text, /PRIVATE KEY/);
});

test('POST /v1/devices hands a device the advice for its type, and for what it lacks itself', async (t) => {
  const current = makeTemplate(
    API_TEMPLATE.replace('reefer: {', 'reefer: { class: c1, power: battery, lifetime: 30y, ').replace(
      'valve: {}',
      'valve: { lifetime: 30y }',
    ),
  );
  const { identity } = await openTrust(t, {
    declared: { ...DECLARED, profile: (type) => ({ ...declaredProfile(current, type)!, tlsMinimum: '1.2' }) },
  });
  const templates = { current, plan: () => ({}), apply: async () => ({ proposal: null }) };
  const { call } = await openApi(t, { identity, templates });
  type Advice = ReturnType<typeof adviseEncryption>;
  const adviceOf = async (body: object) => (await call('POST', '/v1/devices', { body })).json()['advice'] as Advice;
  const rulesOf = ({ parts }: Advice) => parts.map(({ part, rule }) => `${part}: ${rule}`);
  const now = systemClock.now();
  for (const type of ['reefer', 'valve']) {
    const premises = premisesOf(current, type)!;
    const { premises: told, ...advice } = await adviceOf({ name: `${type}-1`, type });
    const { premises: _, ...expected } = adviseEncryption(premises, now);
    assert.deepEqual(advice, expected);
    assert.ok(advice.parts.every(({ rule, source }) => rule !== '' && source !== ''));
    assert.deepEqual({ ...told, lifetime: 0 }, { ...premises, lifetime: 0 });
  }
  const [reefer, valve, old] = [
    await adviceOf({ name: 'reefer-2', type: 'reefer' }),
    await adviceOf({ name: 'valve-2', type: 'valve' }),
    await adviceOf({ name: 'valve-3', type: 'valve', cannot: ['ml-dsa', 'tls-1.3'] }),
  ].map(rulesOf);
  assert.ok(reefer?.includes('renewal: renewal-battery'));
  assert.ok(valve?.includes('device key: device-key-lasting'));
  assert.ok(old?.includes('device key: device-key-default') && old.includes('channel: channel-tls-1.2'));
});

test('POST /v1/devices makes a key of the kind that is asked for, or that the advice names', async (t) => {
  const openssl = requireProgram(t, 'openssl');
  const current = makeTemplate(API_TEMPLATE.replace('reefer: {', 'reefer: { lifetime: 30y, '));
  const templates = { current, plan: () => ({}), apply: async () => ({ proposal: null }) };
  const { call } = await openApi(t, { templates });
  let made = 0;
  const enrol = async (type: string, key?: string, more: object = {}) => {
    const body = { name: `${type}-${made++}`, type, ...(key === undefined ? {} : { key }), ...more };
    return (await call('POST', '/v1/devices', { body })).json() as { certificate: string; key: string };
  };
  const kindOf = ({ certificate, key }: { certificate: string; key: string }): string => {
    const own = new X509Certificate(certificate);
    assert.ok(own.checkPrivateKey(createPrivateKey(key)));
    return own.publicKey.asymmetricKeyDetails?.namedCurve ?? String(own.publicKey.asymmetricKeyType);
  };
  assert.equal(kindOf(await enrol('reefer')), 'prime256v1', 'what every client can use, unless something is asked for');
  assert.equal(kindOf(await enrol('reefer', 'advised')), 'ml-dsa-65');
  assert.equal(kindOf(await enrol('reefer', 'advised', { cannot: ['ml-dsa'] })), 'prime256v1');
  assert.equal(kindOf(await enrol('valve', 'advised')), 'prime256v1');
  for (const [key, shown] of [
    ['ecdsa-p384', /secp384r1/],
    ['ed25519', /ED25519/],
  ] as const) {
    const { certificate, key: pem } = await enrol('reefer', key);
    const read = (words: string[], input: string): string => execFileSync(openssl, words, { input, encoding: 'utf8' });
    assert.match(read(['x509', '-noout', '-text'], certificate), shown);
    assert.equal(read(['x509', '-noout', '-pubkey'], certificate), read(['pkey', '-pubout'], pem));
  }
  const wrong = { name: 'x', type: 'reefer', key: 'advised', csr: 'AAAA' };
  assert.equal((await call('POST', '/v1/devices', { body: wrong })).json()['code'], 'API_BODY_INVALID');
  assert.equal((await call('POST', '/v1/devices', { body: { ...wrong, csr: undefined, key: 'rsa' } })).status, 400);
});

test('POST /v1/devices refuses types, names and lives that are none', async (t) => {
  const { call } = await openApi(t);
  const cases: [object, number, string][] = [
    [{ ...TRUCK, type: 'boat' }, 400, 'IDENTITY_TYPE_INVALID'],
    [{ ...TRUCK, name: '../x' }, 400, 'IDENTITY_DEVICE_INVALID'],
    [{ ...TRUCK, name: '_probe' }, 400, 'IDENTITY_DEVICE_INVALID'],
    [{ ...TRUCK, days: 0 }, 400, 'API_BODY_INVALID'],
    [{ ...TRUCK, days: 99_999 }, 400, 'API_BODY_INVALID'],
    [{ ...TRUCK, key: 'mine' }, 400, 'API_BODY_INVALID'],
  ];
  for (const [body, status, code] of cases) {
    const answer = await call('POST', '/v1/devices', { body });
    assert.deepEqual([answer.status, answer.json()['code']], [status, code]);
  }
  await call('POST', '/v1/devices', { body: TRUCK });
  const again = await call('POST', '/v1/devices', { body: TRUCK });
  assert.deepEqual([again.status, again.json()['code']], [409, 'IDENTITY_DEVICE_EXISTS']);
});

test('GET /v1/devices lists all devices, the prober’s own too', async (t) => {
  const { call } = await openApi(t);
  await call('POST', '/v1/devices', { body: TRUCK });
  const { devices } = (await call('GET', '/v1/devices')).json() as { devices: { name: string; status: string }[] };
  assert.deepEqual(devices.map(({ name }) => name).sort(), ['_probe', 'truck-1']);
  assert.equal(devices.find(({ name }) => name === 'truck-1')?.status, 'enabled');
});

test('device routes answer 404 for a device that is not there', async (t) => {
  const { call } = await openApi(t);
  const body = { certificate: { days: 1 }, 'speaks-for': { types: [] } } as const;
  for (const [method, path] of [
    ['GET', ''],
    ['POST', '/disable'],
    ['POST', '/enable'],
    ['POST', '/certificate'],
    ['POST', '/speaks-for'],
  ] as const) {
    const sent = body[path.slice(1) as keyof typeof body];
    const answer = await call(method, `/v1/devices/ghost${path}`, sent === undefined ? {} : { body: sent });
    assert.deepEqual([answer.status, answer.json()['code']], [404, 'IDENTITY_DEVICE_UNKNOWN'], path);
  }
});

test('POST /v1/devices/:name/disable and enable change its state', async (t) => {
  const { call } = await openApi(t);
  await call('POST', '/v1/devices', { body: TRUCK });
  assert.equal((await call('POST', '/v1/devices/truck-1/disable')).json()['status'], 'disabled');
  assert.equal((await call('POST', '/v1/devices/truck-1/enable')).json()['status'], 'enabled');
});

test('POST /v1/devices/:name/certificate gives a second certificate', async (t) => {
  const { call } = await openApi(t);
  await call('POST', '/v1/devices', { body: TRUCK });
  const renewed = await call('POST', '/v1/devices/truck-1/certificate', { body: { days: 2 } });
  assert.equal(renewed.status, 201);
  const { certificates } = renewed.json()['device'] as { certificates: string[] };
  assert.equal(certificates.length, 2);
});

test('POST /v1/devices/:name/speaks-for takes the types that the template allows', async (t) => {
  const { call } = await openApi(t);
  await call('POST', '/v1/devices', { body: { name: 'plc-1', type: 'plc' } });
  const allowed = await call('POST', '/v1/devices/plc-1/speaks-for', { body: { types: ['valve'] } });
  assert.deepEqual(allowed.json()['speaksFor'], ['valve']);
  const refused = await call('POST', '/v1/devices/plc-1/speaks-for', { body: { types: ['reefer'] } });
  assert.deepEqual([refused.status, refused.json()['code']], [400, 'IDENTITY_TYPE_INVALID']);
});

test('device routes need enrol, and administer where access changes', async (t) => {
  const { call, identity } = await openApi(t);
  const { token } = await identity.people.add('ada', ['scientist'], 'test');
  for (const [method, path, body] of [
    ['GET', '', undefined],
    ['GET', '/truck-1', undefined],
    ['POST', '', TRUCK],
    ['POST', '/truck-1/certificate', { days: 1 }],
    ['POST', '/truck-1/disable', undefined],
    ['POST', '/truck-1/enable', undefined],
    ['POST', '/truck-1/speaks-for', { types: [] }],
  ] as const) {
    const answer = await call(method, `/v1/devices${path}`, { as: { token }, ...(body === undefined ? {} : { body }) });
    assert.equal(answer.status, 403, `${method} ${path}`);
  }
});
