import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noteSigner, signEnvelope } from '#base/crypto/index.ts';
import { testKey } from '../../../../test/support/open-audit-log.ts';
import { envelopesOf } from './envelope-keys.ts';

test('envelopesOf() opens what these keys signed and nothing else', async () => {
  const [key, other] = [testKey('ed25519'), testKey('ed25519', 2)];
  const text = await signEnvelope('application/test', { a: 1 }, 'weir/x/evidence', [key]);
  const { verifierKey } = noteSigner('weir/x/evidence', key);
  assert.deepEqual(envelopesOf([verifierKey])(text), { type: 'application/test', statement: { a: 1 } });
  const refused = { code: 'CRYPTO_SIGNATURE_INVALID' };
  assert.throws(() => envelopesOf([noteSigner('weir/x/evidence', other).verifierKey])(text), refused);
  assert.throws(() => envelopesOf([])(text), refused);
});
