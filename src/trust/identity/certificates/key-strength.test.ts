import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { test } from 'node:test';
import { strongKey } from './key-strength.ts';

const spki = (key: KeyObject) => new Uint8Array(key.export({ type: 'spki', format: 'der' }));
const curve = (namedCurve: string) => spki(generateKeyPairSync('ec', { namedCurve }).publicKey);
const rsa = (modulusLength: number, publicExponent = 65_537) =>
  spki(generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey);

test('strongKey() names keys that are strong enough, and gives null for all others', () => {
  const table: [Uint8Array, string | null, string | null][] = [
    [curve('prime256v1'), 'P-256', 'P-256'],
    [curve('secp384r1'), 'P-384', 'P-384'],
    [curve('secp521r1'), null, 'P-521'],
    [curve('secp224r1'), null, null],
    [curve('secp256k1'), null, null],
    [spki(generateKeyPairSync('ed25519').publicKey), 'Ed25519', 'Ed25519'],
    [spki(generateKeyPairSync('x25519').publicKey), null, null],
    [spki(generateKeyPairSync('ml-dsa-44').publicKey), 'ML-DSA-44', 'ML-DSA-44'],
    [rsa(2_048), 'RSA-2048', 'RSA-2048'],
    [rsa(1_024), null, null],
    [rsa(2_052), null, null],
    [rsa(2_048, 3), null, null],
    [new Uint8Array(0), null, null],
    [new Uint8Array(91), null, null],
  ];
  for (const [key, device, authority] of table) {
    assert.equal(strongKey(key, 'device')?.algorithm ?? null, device);
    assert.equal(strongKey(key, 'authority')?.algorithm ?? null, authority);
  }
});
