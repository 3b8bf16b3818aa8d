import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TLS_SUITES } from '#base/crypto/index.ts';
import { startTestServer } from './testing.ts';
import { tryHandshake } from './try-handshake.ts';

test('tryHandshake() shows which versions a listener takes, and the group of the key', async (t) => {
  const server = await startTestServer(t, 'mqtts', () => {}, {
    minVersion: 'TLSv1.2',
    ecdhCurve: 'X25519MLKEM768:X25519',
    ciphers: TLS_SUITES.map(({ library }) => library).join(':'),
  });
  const place = { ...server, timeoutMs: 60_000 };
  const modern = await tryHandshake(place, 'TLSv1.3');
  assert.deepEqual(modern, { accepted: true, group: 'X25519MLKEM768', reason: null });
  assert.equal((await tryHandshake(place, 'TLSv1.2')).group, 'X25519');
  assert.match((await tryHandshake(place, 'TLSv1.2-weak')).reason ?? '', /ALERT_HANDSHAKE_FAILURE/);
  assert.deepEqual(await tryHandshake(place, 'TLSv1.1'), {
    accepted: false,
    group: null,
    reason: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  });
});

test('tryHandshake() tells a listener that is not there from one that refuses', async (t) => {
  const server = await startTestServer(t, 'mqtts', () => {});
  const { accepted, reason } = await tryHandshake(
    { ...server, url: new URL('mqtts://localhost:1'), timeoutMs: 500 },
    'TLSv1.3',
  );
  assert.equal(accepted, false);
  assert.doesNotMatch(reason ?? '', /ALERT/);
});
