import assert from 'node:assert/strict';
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
  sign,
  verify,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { constants } from 'node:crypto';
import { concatBytes, fromHex, toHex } from '#base/core/index.ts';
import { corpora } from '../../../test/support/outside.ts';
import type { SkippableTest } from '../../../test/support/outside.ts';
import { ALGORITHMS } from './algorithms.ts';

/*
 * Primitives that this room does not call itself: TLS, certificates and tokens rest on them, in the same library. What
 * its own functions do is tried beside each of them.
 */

interface Group<T> {
  readonly publicKeyDer: string;
  readonly tests: readonly (T & { readonly tcId: number; readonly result: 'valid' | 'acceptable' | 'invalid' })[];
}
interface SignatureCase {
  readonly msg: string;
  readonly sig: string;
}
interface ExchangeCase {
  readonly public: string;
  readonly private: string;
  readonly shared: string;
}
interface KemCase {
  readonly seed: string;
  readonly m: string;
  readonly ek: string;
  readonly c: string;
  readonly K: string;
}

function groupsOf<T>(t: SkippableTest, file: string): readonly Group<T>[] {
  const text = readFileSync(corpora(t, `standards/wycheproof/${file}`), 'utf8');
  return (JSON.parse(text) as { testGroups: Group<T>[] }).testGroups;
}

function publicKeyOf(der: string): KeyObject {
  return createPublicKey({ key: Buffer.from(der, 'hex'), format: 'der', type: 'spki' });
}

/** What an attempt gives, or null where it is refused. */
function attempt<T>(act: () => T): T | null {
  try {
    return act();
  } catch {
    return null;
  }
}

const SCHEMES = [
  { file: 'ecdsa_secp256r1_sha256_test.json', digest: ALGORITHMS['ecdsa-p256'].signature.digest, options: {} },
  {
    file: 'ecdsa_secp256r1_sha256_p1363_test.json',
    digest: ALGORITHMS['ecdsa-p256'].signature.digest,
    options: { dsaEncoding: 'ieee-p1363' as const },
  },
  { file: 'ecdsa_secp384r1_sha384_test.json', digest: ALGORITHMS['ecdsa-p384'].signature.digest, options: {} },
  { file: 'rsa_signature_2048_sha256_test.json', digest: ALGORITHMS['rsa-pkcs1'].signature.digest, options: {} },
  {
    file: 'rsa_pss_2048_sha256_mgf1_32_test.json',
    digest: ALGORITHMS['rsa-pss'].signature.digest,
    options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
  },
];

for (const { file, digest, options } of SCHEMES) {
  test(`signatures are verified as Wycheproof has it: ${file}`, (t) => {
    let tried = 0;
    for (const { publicKeyDer, tests } of groupsOf<SignatureCase>(t, file)) {
      const key = publicKeyOf(publicKeyDer);
      for (const { tcId, msg, sig, result } of tests) {
        const held = attempt(() => verify(digest, fromHex(msg), { key, ...options }, fromHex(sig))) === true;
        if (result !== 'acceptable') assert.equal(held, result === 'valid', `case ${tcId}`);
        tried += 1;
      }
    }
    assert.ok(tried >= 60, `${tried} cases`);
  });
}

/** The private key of a bare scalar. */
function x25519Key(scalar: string): KeyObject {
  return createPrivateKey({ key: fromHexBuffer(scalar), format: 'raw-private', asymmetricKeyType: 'x25519' });
}

function fromHexBuffer(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}

test('X25519 agrees with the Wycheproof vectors', (t) => {
  let tried = 0;
  for (const { tests } of groupsOf<ExchangeCase>(t, 'x25519_test.json')) {
    for (const { tcId, result, ...c } of tests) {
      const shared = attempt(() =>
        diffieHellman({
          privateKey: x25519Key(c.private),
          publicKey: createPublicKey({
            key: fromHexBuffer(c.public),
            format: 'raw-public',
            asymmetricKeyType: 'x25519',
          }),
        }).toString('hex'),
      );
      // A shared secret of zeros may be refused, as RFC 7748 section 6.1 allows; any other has to be right.
      if (result === 'valid' || shared !== null) assert.equal(shared, c.shared, `case ${tcId}`);
      tried += 1;
    }
  }
  assert.ok(tried > 200);
});

/** PKCS #8 of a scalar on P-256 without its public key. @see RFC 5915 section 3 */
function p256Key(scalar: string): KeyObject {
  const bytes = scalar.padStart(64, '0').slice(-64);
  const jwkOf = (d: string): KeyObject => {
    const der = fromHexBuffer(`3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420${d}`);
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  };
  return jwkOf(bytes);
}

test('ECDH P-256 agrees with the Wycheproof vectors', (t) => {
  let tried = 0;
  for (const { tests } of groupsOf<ExchangeCase>(t, 'ecdh_secp256r1_test.json')) {
    for (const { tcId, result, ...c } of tests) {
      const shared = attempt(() =>
        diffieHellman({ privateKey: p256Key(c.private), publicKey: publicKeyOf(c.public) }).toString('hex'),
      );
      if (result === 'valid') assert.equal(shared, c.shared, `case ${tcId}`);
      else if (shared !== null) assert.equal(shared, c.shared, `case ${tcId}`);
      tried += 1;
    }
  }
  assert.ok(tried > 200);
});

test('ML-KEM-768 makes the keys, opens and seals as Wycheproof has it', (t) => {
  const type = ALGORITHMS['ml-kem-768'].library;
  const privateKeyOf = (seed: string): KeyObject =>
    createPrivateKey({ key: fromHexBuffer(seed), format: 'raw-seed', asymmetricKeyType: type });
  const encapsulationKey = (ek: string): KeyObject =>
    createPublicKey({ key: fromHexBuffer(ek), format: 'raw-public', asymmetricKeyType: type });
  let tried = 0;
  for (const { tests } of groupsOf<KemCase>(t, 'mlkem_768_keygen_seed_test.json')) {
    for (const { tcId, seed, ek } of tests) {
      const made = createPublicKey(privateKeyOf(seed)).export({ format: 'raw-public' });
      assert.equal(Buffer.from(made).toString('hex'), ek, `case ${tcId}`);
      tried += 1;
    }
  }
  for (const { tests } of groupsOf<KemCase>(t, 'mlkem_768_test.json')) {
    for (const { tcId, result, seed, c, K } of tests) {
      const opened = attempt(() => decapsulate(privateKeyOf(seed), fromHexBuffer(c)).toString('hex'));
      assert.equal(opened === K, result === 'valid', `case ${tcId}`);
      tried += 1;
    }
  }
  for (const { tests } of groupsOf<KemCase>(t, 'mlkem_768_encaps_test.json')) {
    for (const { tcId, result, ek } of tests) {
      // Its randomness cannot be given from outside: that a bad key is refused is what can be tried.
      const sealed = attempt(() => encapsulate(encapsulationKey(ek)));
      assert.equal(sealed !== null, result === 'valid', `case ${tcId}`);
      tried += 1;
    }
  }
  assert.ok(tried > 250);
});

test('ChaCha20-Poly1305 agrees with the Wycheproof vectors', (t) => {
  const name = ALGORITHMS['chacha20-poly1305'].library;
  let tried = 0;
  const groups = groupsOf<{ key: string; iv: string; aad: string; msg: string; ct: string; tag: string }>(
    t,
    'chacha20_poly1305_test.json',
  );
  for (const { tests } of groups) {
    for (const { tcId, result, ...c } of tests) {
      // TLS has nonces of 96 bits and no others.
      if (c.iv.length !== 24) continue;
      const opened = attempt(() => {
        const decipher = createDecipheriv(name, fromHex(c.key), fromHex(c.iv), { authTagLength: 16 });
        decipher.setAAD(fromHex(c.aad), { plaintextLength: c.ct.length / 2 });
        decipher.setAuthTag(fromHex(c.tag));
        return toHex(concatBytes([decipher.update(fromHex(c.ct)), decipher.final()]));
      });
      assert.equal(opened === c.msg, result === 'valid', `case ${tcId}`);
      if (result === 'valid') {
        const cipher = createCipheriv(name, fromHex(c.key), fromHex(c.iv), { authTagLength: 16 });
        cipher.setAAD(fromHex(c.aad), { plaintextLength: c.msg.length / 2 });
        const sealed = toHex(concatBytes([cipher.update(fromHex(c.msg)), cipher.final(), cipher.getAuthTag()]));
        assert.equal(sealed, c.ct + c.tag, `case ${tcId}`);
      }
      tried += 1;
    }
  }
  assert.ok(tried > 100);
});

test('what has no vectors of its own holds, and fails with one bit bent', () => {
  const message = Buffer.from('a message');
  const pairs = {
    'ecdsa-p521': generateKeyPairSync('ec', { namedCurve: ALGORITHMS['ecdsa-p521'].signature.curve }),
    'ml-dsa-44': generateKeyPairSync(ALGORITHMS['ml-dsa-44'].library),
    'ml-dsa-87': generateKeyPairSync(ALGORITHMS['ml-dsa-87'].library),
  } as const;
  for (const id of ['ecdsa-p521', 'ml-dsa-44', 'ml-dsa-87'] as const) {
    const { digest } = ALGORITHMS[id].signature;
    const signature = sign(digest, message, pairs[id].privateKey);
    assert.ok(verify(digest, message, pairs[id].publicKey, signature), id);
    const bent = Buffer.from(signature);
    bent[20] = (bent[20] ?? 0) ^ 1;
    assert.ok(!verify(digest, message, pairs[id].publicKey, bent), id);
    assert.ok(!verify(digest, Buffer.from('b message'), pairs[id].publicKey, signature), id);
  }
  const [ours, theirs] = [0, 1].map(() => generateKeyPairSync('ec', { namedCurve: ALGORITHMS['ecdh-p384'].library }));
  assert.deepEqual(
    diffieHellman({ privateKey: ours!.privateKey, publicKey: theirs!.publicKey }),
    diffieHellman({ privateKey: theirs!.privateKey, publicKey: ours!.publicKey }),
  );
});
