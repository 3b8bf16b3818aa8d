import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CRYPTO_EXAMPLE } from '../crypto-example.ts';
import { standIn } from '../testing.ts';
import { addCryptoCommand } from './crypto.ts';

test('weir crypto shows algorithms, keys, certificates, connections, what is exposed and devices', async (t) => {
  const platform = await standIn(t, {
    'GET /v1/crypto': CRYPTO_EXAMPLE,
    'GET /v1/crypto/cbom': { bomFormat: 'CycloneDX' },
  });
  const { out, err } = await platform.run(addCryptoCommand, 'crypto');
  assert.match(out, /^ML-DSA-65 +192 +192 +yes /m);
  assert.match(out, /^ECDSA P-256 with SHA-256 +128 +0 +no +2035 /m);
  assert.match(out, /^SHA-1 .* protects nothing /m);
  assert.match(out, /^the audit log +weir\/1\+ab +1 +active +ML-DSA-65 /m);
  assert.match(out, /^device +truck-1 +ecdsa-p256 /m);
  assert.match(out, /^client +02 +ecdsa-p256 /m);
  assert.match(out, /^2 of 3 connections have a hybrid key exchange$/m);
  assert.match(out, /^key exchange x25519 of TLS.* recorded now, opened later /m);
  assert.match(out, /^2 devices: 1 are to be in use after 2030, 1 of them after 2035/m);
  assert.match(out, /^truck-1 +reefer +2038 +ECDSA P-256 +2035 +yes$/m);
  assert.match(err, /crypto --cbom/);
  assert.deepEqual(JSON.parse((await platform.run(addCryptoCommand, 'crypto', '--json')).out), CRYPTO_EXAMPLE);
  assert.deepEqual(JSON.parse((await platform.run(addCryptoCommand, 'crypto', '--cbom')).out), {
    bomFormat: 'CycloneDX',
  });
});

test('weir crypto says that nobody is connected, that nothing is exposed, and how much it leaves out', async (t) => {
  const [one] = CRYPTO_EXAMPLE.certificates;
  const quiet = {
    ...CRYPTO_EXAMPLE,
    exposures: [],
    tls: { ...CRYPTO_EXAMPLE.tls, sessions: [] },
    certificates: Array.from({ length: 30 }, () => one),
    certificatesInUse: 40,
  };
  const platform = await standIn(t, { 'GET /v1/crypto': quiet });
  const { out } = await platform.run(addCryptoCommand, 'crypto');
  assert.match(out, /nobody is connected; offered are X25519MLKEM768, x25519/);
  assert.match(out, /what a quantum computer would get at\nnothing\n/);
  assert.match(out, /^20 of 40 are shown$/m);
});
