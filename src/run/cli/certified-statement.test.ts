import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '#base/core/index.ts';
import { noteSigner, signEnvelope, SigningKey } from '#base/crypto/index.ts';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { certifiedStatement, verifyCertificate } from './certified-statement.ts';

const signer = SigningKey.generate('ed25519', seededRandom(1));
const other = SigningKey.generate('ed25519', seededRandom(2));
const keyOf = (key: SigningKey): string => noteSigner('weir/test', key).verifierKey;
const sign = (type: string): Promise<string> => signEnvelope(type, { rows: 4 }, 'weir/test', [signer]);
const TYPE = 'application/vnd.weir.erasure.v1+json';

test('verifyCertificate() gives what was signed, and nothing where a byte is another or the key is not trusted', async () => {
  const text = await sign(TYPE);
  assert.deepEqual([verifyCertificate(text, [keyOf(signer)]), certifiedStatement(text)], [{ rows: 4 }, { rows: 4 }]);
  const forged = { ...(JSON.parse(text) as object), payload: Buffer.from('{"rows":5}').toString('base64') };
  const unsigned = (error: unknown): boolean => hasCode(error, 'CRYPTO_SIGNATURE_INVALID');
  assert.throws(() => verifyCertificate(JSON.stringify(forged), [keyOf(signer)]), unsigned);
  assert.throws(() => verifyCertificate(text, [keyOf(other)]), unsigned);
  assert.throws(() => verifyCertificate(text, []), unsigned);
});

test('verifyCertificate() takes nothing else that the platform signed', async () => {
  const evidence = await sign('application/vnd.weir.evidence.v1+json');
  assert.throws(() => verifyCertificate(evidence, [keyOf(signer)]), { code: 'CLI_USAGE' });
});
