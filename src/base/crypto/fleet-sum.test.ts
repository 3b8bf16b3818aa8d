import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Stored } from 'node-seal';
import { FLEET_SUM_PARAMETERS, FleetSum } from './fleet-sum.ts';

const fleet = await FleetSum.open();
const { publicKey, secretKey } = fleet.makeKeys();

test('FleetSum adds up what it cannot read, and the sum opens to a millionth', () => {
  const values = Array.from({ length: 40 }, (_, i) => -40 + 2.37 * i);
  const sealed = values.map((value) => fleet.seal(publicKey, value));
  const { count, sum, mean, variance } = fleet.open(secretKey, fleet.add(sealed));
  const truth = values.reduce((a, b) => a + b, 0);
  const spread = values.reduce((a, b) => a + (b - truth / 40) ** 2, 0) / 40;
  assert.equal(count, 40);
  for (const [found, expected] of [
    [sum, truth],
    [mean, truth / 40],
    [variance, spread],
  ] as const) {
    assert.ok(Math.abs(found - expected) <= 1e-6 * Math.max(1, Math.abs(expected)), `${found} ${expected}`);
  }
});

test('FleetSum says how far a variance may be off, from tiny values to the greatest', () => {
  for (const [base, spread] of [
    [0, 1e-3],
    [20, 0.01],
    [1e3, 1],
    [1e5, 1],
    [1e6, -2e6],
  ] as const) {
    const values = Array.from({ length: 20 }, (_, i) => base + (spread * i) / 20);
    const found = fleet.open(secretKey, fleet.add(values.map((value) => fleet.seal(publicKey, value))));
    const sum = values.reduce((a, b) => a + b, 0);
    const variance = values.reduce((a, b) => a + (b - sum / 20) ** 2, 0) / 20;
    assert.equal(found.count, 20);
    assert.ok(Math.abs(found.sum - sum) <= 1e-6 * Math.max(1e-3, Math.abs(sum)), `${base}: ${found.sum} ${sum}`);
    const off = Math.abs(found.variance - variance);
    assert.ok(off <= found.varianceError, `${base} and ${spread}: ${off} off, not ${found.varianceError}`);
  }
});

test('FleetSum refuses what is no key and no ciphertext, and another key opens nothing', () => {
  const sealed = fleet.seal(publicKey, 5);
  assert.notDeepEqual(sealed, fleet.seal(publicKey, 5));
  for (const bytes of [new Uint8Array(0), new Uint8Array(100), sealed.subarray(0, 1_000), publicKey])
    assert.throws(() => fleet.add([bytes]), { code: 'CRYPTO_ENVELOPE_MALFORMED' });
  assert.throws(() => fleet.seal(secretKey.subarray(0, 50), 5), { code: 'CRYPTO_KEY_INVALID' });
  const other = fleet.makeKeys();
  assert.ok(Math.abs(fleet.open(other.secretKey, sealed).sum - 5) > 1);
  assert.throws(() => fleet.add([]), RangeError);
  for (const value of [NaN, Infinity, 1.1e6, -1e300]) assert.throws(() => fleet.seal(publicKey, value), RangeError);
});

test('FleetSum takes no ciphertext that needs no key, and none that takes back all others', async () => {
  const { default: make } = await import('node-seal');
  const seal = await make();
  const sealed = fleet.seal(publicKey, 5);
  // Behind the header come two polynomials of two moduli each; without the second one the first is the value.
  const clear = sealed.slice();
  clear.fill(0, sealed.length - 2 * 8 * FLEET_SUM_PARAMETERS.degree);
  for (const list of [[clear], [clear, clear], [sealed, clear]])
    assert.throws(() => fleet.add(list), { code: 'CRYPTO_ENVELOPE_MALFORMED', message: /no key/ });
  const parameters = new seal.EncryptionParameters(seal.SchemeType.ckks);
  parameters.setPolyModulusDegree(FLEET_SUM_PARAMETERS.degree);
  const moduli = Int32Array.from(FLEET_SUM_PARAMETERS.bits);
  parameters.setCoeffModulus(seal.CoeffModulus.Create(FLEET_SUM_PARAMETERS.degree, moduli));
  const context = new seal.SEALContext(parameters, true, seal.SecLevelType.tc128);
  const [one, opposite] = [new seal.Ciphertext(), new seal.Ciphertext()];
  one.loadFromArray(context, sealed);
  new seal.Evaluator(context).negate(one, opposite);
  const taken = opposite.saveToArray(seal.ComprModeType.none).slice();
  assert.throws(() => fleet.add([sealed, taken]), { code: 'CRYPTO_ENVELOPE_MALFORMED', message: /takes back/ });
  assert.ok(Math.abs(fleet.open(secretKey, fleet.add([sealed, fleet.seal(publicKey, 7), taken])).sum - 7) < 1e-5);
});

test('FleetSum takes no keys and ciphertexts of other parameters, and none of another scale, whichever comes first', async () => {
  const { default: make } = await import('node-seal');
  const seal = await make();
  const contextOf = (bits: readonly number[]) => {
    const parameters = new seal.EncryptionParameters(seal.SchemeType.ckks);
    parameters.setPolyModulusDegree(FLEET_SUM_PARAMETERS.degree);
    parameters.setCoeffModulus(seal.CoeffModulus.Create(FLEET_SUM_PARAMETERS.degree, Int32Array.from(bits)));
    return new seal.SEALContext(parameters, true, seal.SecLevelType.tc128);
  };
  const bytesOf = (stored: Stored) => stored.saveToArray(seal.ComprModeType.none).slice();
  const encrypt = (context: ReturnType<typeof contextOf>, key: Stored, scale: number) => {
    const [plain, sealed] = [new seal.Plaintext(), new seal.Ciphertext()];
    new seal.CKKSEncoder(context).encode(Float64Array.of(5, 25, 1), scale, plain);
    new seal.Encryptor(context, key).encrypt(plain, sealed);
    return bytesOf(sealed);
  };
  const before = contextOf([60, 40, 60]);
  const keyBefore = new seal.KeyGenerator(before).createPublicKey();
  assert.throws(() => fleet.seal(bytesOf(keyBefore), 5), { code: 'CRYPTO_KEY_INVALID' });
  const now = contextOf(FLEET_SUM_PARAMETERS.bits);
  const key = new seal.PublicKey();
  key.loadFromArray(now, publicKey);
  const sealed = fleet.seal(publicKey, 5);
  assert.equal(fleet.open(secretKey, fleet.add([sealed, encrypt(now, key, FLEET_SUM_PARAMETERS.scale)])).count, 2);
  for (const other of [encrypt(before, keyBefore, 2 ** 40), encrypt(now, key, 2 ** 40)]) {
    assert.throws(() => fleet.add([sealed, other]), { code: 'CRYPTO_ENVELOPE_MALFORMED' });
    assert.throws(() => fleet.add([other, sealed]), { code: 'CRYPTO_ENVELOPE_MALFORMED' });
    assert.throws(() => fleet.open(secretKey, other), { code: 'CRYPTO_ENVELOPE_MALFORMED' });
  }
});
