import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { encodeUtf8, fromHex, toHex } from '#base/core/index.ts';
import { corpora } from '../../../test/support/outside.ts';
import { systemRandom } from './random.ts';
import { SIGNATURE_ALGORITHMS, SIGNATURE_SIZES, SigningKey, VerifyingKey } from './signature.ts';

interface Case {
  readonly tcId: number;
  readonly msg?: string;
  readonly sig: string;
  readonly ctx?: string;
  readonly result: string;
  readonly flags: readonly string[];
}
interface Group {
  readonly publicKey: string | { readonly pk: string };
  readonly privateSeed?: string;
  readonly tests: readonly Case[];
}

function groups(file: string): readonly Group[] {
  return (JSON.parse(readFileSync(file, 'utf8')) as { testGroups: readonly Group[] }).testGroups;
}

function accepts(algorithm: 'ed25519' | 'ml-dsa-65', publicKey: string, c: Case): boolean {
  try {
    return VerifyingKey.fromBytes(algorithm, fromHex(publicKey)).isValid(fromHex(c.msg ?? ''), fromHex(c.sig));
  } catch {
    return false;
  }
}

test('VerifyingKey agrees with every Wycheproof case of Ed25519', (t) => {
  const file = corpora(t, 'standards/wycheproof/ed25519_test.json');
  let count = 0;
  for (const group of groups(file)) {
    assert.ok(typeof group.publicKey === 'object');
    for (const c of group.tests) {
      assert.equal(accepts('ed25519', group.publicKey.pk, c), c.result === 'valid', `case ${c.tcId}`);
      count += 1;
    }
  }
  assert.ok(count > 50);
});

test('VerifyingKey agrees with every Wycheproof case of ML-DSA-65 with an empty context', (t) => {
  const file = corpora(t, 'standards/wycheproof/mldsa_65_verify_test.json');
  let count = 0;
  for (const group of groups(file)) {
    assert.ok(typeof group.publicKey === 'string');
    for (const c of group.tests) {
      // Signatures under a context of their own are not this scheme's: they must fail like any other.
      const valid = c.result === 'valid' && (c.ctx ?? '') === '';
      assert.equal(accepts('ml-dsa-65', group.publicKey, c), valid, `case ${c.tcId}`);
      count += 1;
    }
  }
  assert.ok(count > 50);
});

test('SigningKey.fromSeed() makes the public keys of Wycheproof, and what it signs they verify', (t) => {
  const file = corpora(t, 'standards/wycheproof/mldsa_65_sign_seed_test.json');
  for (const group of groups(file).filter((g) => g.privateSeed?.length === 64)) {
    const key = SigningKey.fromSeed('ml-dsa-65', fromHex(group.privateSeed ?? ''));
    assert.equal(toHex(key.publicKey), group.publicKey);
    const message = fromHex(group.tests[0]?.msg ?? '');
    VerifyingKey.fromBytes('ml-dsa-65', key.publicKey).verify(message, key.sign(message));
  }
});

test('VerifyingKey refuses keys of small order, keys not in canonical form, and points that are not', (t) => {
  const file = path.join(corpora(t, 'standards/cctv'), 'ed25519vectors.json');
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as {
    number: number;
    key: string;
    sig: string;
    msg: string;
    flags: readonly string[] | null;
  }[];
  const refused = ['low_order_A', 'non_canonical_A', 'non_canonical_R'];
  for (const v of vectors.filter((vector) => vector.flags?.some((flag) => refused.includes(flag)))) {
    const c = { tcId: v.number, msg: toHex(encodeUtf8(v.msg)), sig: v.sig, result: 'invalid', flags: [] };
    assert.equal(accepts('ed25519', v.key, c), false, `vector ${v.number}`);
  }
  assert.ok(vectors.length > 100);
});

test('SigningKey signs what VerifyingKey verifies, in the stated sizes; one flipped bit fails', () => {
  for (const algorithm of SIGNATURE_ALGORITHMS) {
    const key = SigningKey.generate(algorithm, systemRandom);
    const message = encodeUtf8('a message');
    const signature = key.sign(message);
    assert.equal(signature.length, SIGNATURE_SIZES[algorithm].signature);
    assert.equal(key.publicKey.length, SIGNATURE_SIZES[algorithm].publicKey);
    const verifying = VerifyingKey.fromBytes(algorithm, key.publicKey);
    verifying.verify(message, signature);
    const bent = signature.with(7, signature[7]! ^ 1);
    assert.throws(() => verifying.verify(message, bent), { code: 'CRYPTO_SIGNATURE_INVALID' });
    assert.throws(() => verifying.verify(encodeUtf8('b message'), signature), { code: 'CRYPTO_SIGNATURE_INVALID' });
    assert.equal(verifying.isValid(message, signature.subarray(1)), false);
    const again = SigningKey.fromSeed(algorithm, key.exportSeed());
    assert.deepEqual(again.publicKey, key.publicKey);
  }
});

test('SigningKey and VerifyingKey refuse bytes of other lengths', () => {
  for (const algorithm of SIGNATURE_ALGORITHMS) {
    assert.throws(() => SigningKey.fromSeed(algorithm, new Uint8Array(31)), { code: 'CRYPTO_KEY_INVALID' });
    assert.throws(() => VerifyingKey.fromBytes(algorithm, new Uint8Array(33)), { code: 'CRYPTO_KEY_INVALID' });
  }
});
