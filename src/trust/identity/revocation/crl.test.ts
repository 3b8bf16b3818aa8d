import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros, toHex } from '#base/core/index.ts';
import { encodeEntries, issuerNames, readCrl } from './crl.ts';

test('encodeEntries() says nothing for an unspecified reason', () => {
  const revoked = micros(Date.UTC(2026, 0, 1) * 1_000);
  const bytes = encodeEntries([
    { serial: '40FF', revoked, reason: 0 },
    { serial: '80', revoked, reason: 1 },
  ]);
  assert.equal(
    toHex(bytes),
    `3013020240ff170d${Buffer.from('260101000000Z').toString('hex')}` +
      `302102020080170d${Buffer.from('260101000000Z').toString('hex')}300c300a0603551d1504030a0101`,
  );
  assert.equal(encodeEntries([]).length, 0);
});

test('readCrl() and issuerNames() refuse what is none', () => {
  for (const hex of ['', '30', '3000', '3003020101', `30${'80'.repeat(40)}`]) {
    assert.throws(() => readCrl(Uint8Array.fromHex(hex), []), { code: 'IDENTITY_DER_INVALID' }, hex);
  }
  assert.throws(() => issuerNames('no certificate'));
});
