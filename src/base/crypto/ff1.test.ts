import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeUtf8, fromHex } from '#base/core/index.ts';
import { Ff1, ff1Values } from './ff1.ts';

const DIGITS = '0123456789';
const LETTERS = `${DIGITS}abcdefghijklmnopqrstuvwxyz`;
const AES_128 = '2b7e151628aed2a6abf7158809cf4f3c';
const AES_192 = `${AES_128}ef4359d8d580aa4f`;
const AES_256 = `${AES_192}7f036d6f04fc6a94`;
const TWEAK = '39383736353433323130';
const TWEAK_36 = '3737373770717273373737';

/** The samples that NIST publishes for SP 800-38G: csrc.nist.gov, Examples with Intermediate Values, FF1samples.pdf. */
const SAMPLES = [
  [AES_128, DIGITS, '', '0123456789', '2433477484'],
  [AES_128, DIGITS, TWEAK, '0123456789', '6124200773'],
  [AES_128, LETTERS, TWEAK_36, '0123456789abcdefghi', 'a9tv40mll9kdu509eum'],
  [AES_192, DIGITS, '', '0123456789', '2830668132'],
  [AES_192, DIGITS, TWEAK, '0123456789', '2496655549'],
  [AES_192, LETTERS, TWEAK_36, '0123456789abcdefghi', 'xbj3kv35jrawxv32ysr'],
  [AES_256, DIGITS, '', '0123456789', '6657667009'],
  [AES_256, DIGITS, TWEAK, '0123456789', '1001623463'],
  [AES_256, LETTERS, TWEAK_36, '0123456789abcdefghi', 'xs8a0azh2avyalyzuwd'],
] as const;

test('Ff1 agrees with the samples of NIST', () => {
  for (const [key, alphabet, tweak, plain, cipher] of SAMPLES) {
    const ff1 = new Ff1(fromHex(key), alphabet, fromHex(tweak));
    assert.equal(ff1.encrypt(plain), cipher);
    assert.equal(ff1.decrypt(cipher), plain);
  }
});

test('Ff1 gives each text back, whatever alphabet, length and tweak; equal texts stay equal, others differ', () => {
  const key = fromHex(AES_256);
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 36 }),
      fc.nat(40),
      fc.array(fc.nat(35), { maxLength: 128 }),
      (radix, t, n) => {
        const alphabet = LETTERS.slice(0, radix);
        const text = n.map((digit) => alphabet[digit % radix]).join('');
        const ff1 = new Ff1(key, alphabet, new Uint8Array(t));
        if (text.length < 2 || ff1Values(radix, text.length) < 1_000_000) {
          assert.throws(() => ff1.encrypt(text), { code: 'CRYPTO_FORMAT_INVALID' });
          return;
        }
        const made = ff1.encrypt(text);
        assert.equal(made.length, text.length);
        assert.ok(made.split('').every((letter) => alphabet.includes(letter)));
        assert.equal(ff1.decrypt(made), text);
        const other = alphabet[(alphabet.indexOf(text[0]!) + 1) % radix]! + text.slice(1);
        assert.notEqual(ff1.encrypt(other), made);
        assert.equal(new Ff1(key, alphabet, new Uint8Array(t)).encrypt(text), made);
      },
    ),
    { numRuns: 120, seed: 1 },
  );
});

test('Ff1 permutes: a thousand neighbours have a thousand results, and another tweak or key gives others', () => {
  const of = (key: string, tweak: string) => new Ff1(fromHex(key), DIGITS, encodeUtf8(tweak));
  const values = Array.from({ length: 1_000 }, (_, i) => String(i).padStart(6, '0'));
  const made = values.map((value) => of(AES_256, 'plates').encrypt(value));
  assert.equal(new Set(made).size, 1_000);
  for (const other of [of(AES_256, 'phones'), of(AES_128, 'plates')]) {
    const same = values.filter((value, i) => other.encrypt(value) === made[i]);
    assert.ok(same.length <= 1);
  }
});

test('Ff1 refuses letters beyond its alphabet, texts that are too long, keys and alphabets that are none', () => {
  const ff1 = new Ff1(fromHex(AES_256), DIGITS, new Uint8Array(0));
  for (const text of ['12345a', '١٢٣٤٥٦', '1'.repeat(129), '12345'])
    assert.throws(() => ff1.encrypt(text), { code: 'CRYPTO_FORMAT_INVALID' });
  assert.throws(() => new Ff1(new Uint8Array(31), DIGITS, new Uint8Array(0)), { code: 'CRYPTO_KEY_INVALID' });
  for (const alphabet of ['0', '00', 'abca']) {
    assert.throws(() => new Ff1(fromHex(AES_256), alphabet, new Uint8Array(0)), RangeError);
  }
});
