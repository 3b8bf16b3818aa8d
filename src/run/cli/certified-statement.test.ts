import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '#base/core/index.ts';
import { noteSigner, openEnvelope, sha256Hex, signEnvelope, SigningKey } from '#base/crypto/index.ts';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { certifiedStatement, verifyAddendum, verifyCertificate } from './certified-statement.ts';

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

test('verifyAddendum() takes what adds to this very certificate', async () => {
  const keys = [keyOf(signer)];
  const certificate = await sign(TYPE);
  const adds = (digest: string) =>
    signEnvelope('application/vnd.weir.erasure-addendum.v1+json', { amends: { digest } }, 'weir/test', [signer]);
  const digest = sha256Hex(openEnvelope(certificate, keys).payload);
  assert.deepEqual(verifyAddendum(await adds(digest), certificate, keys), { amends: { digest } });
  const other = await adds(digest.replace(/^./, (first) => (first === '0' ? '1' : '0')));
  assert.throws(() => verifyAddendum(other, certificate, keys), { code: 'CLI_CERTIFICATE_OTHER' });
});

test('verifyCertificate() takes nothing else that the platform signed', async () => {
  const evidence = await sign('application/vnd.weir.evidence.v1+json');
  assert.throws(() => verifyCertificate(evidence, [keyOf(signer)]), { code: 'CLI_USAGE' });
});
