import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import { formatKeyMetadata, parseExternalKeyMaterial, parseKeyMetadata, unwrapKeyMaterial } from './key-metadata.ts';

const bytes = (value: unknown): Uint8Array => encodeUtf8(JSON.stringify(value));
const internal = {
  keyMaterialType: 'PKMT1',
  internalStorage: true,
  isFooterKey: true,
  kmsInstanceID: 'DEFAULT',
  kmsInstanceURL: 'DEFAULT',
  masterKeyID: 'm',
  doubleWrapping: false,
  wrappedDEK: 'h',
};
const invalid = { code: 'STORE_KEY_MATERIAL_INVALID' };

describe('key metadata', () => {
  it('parseKeyMetadata() reads what formatKeyMetadata() wrote', () => {
    for (const footer of [true, false]) {
      assert.deepEqual(parseKeyMetadata(formatKeyMetadata({ footer, masterKeyId: 'weir:health', handle: '01ab' })), {
        storage: 'internal',
        material: { footer, masterKeyId: 'weir:health', wrappedDek: '01ab', kek: null },
      });
    }
  });

  it('parseKeyMetadata() reads references to external material', () => {
    const data = bytes({ keyMaterialType: 'PKMT1', internalStorage: false, keyReference: 'columnKey0' });
    assert.deepEqual(parseKeyMetadata(data), { storage: 'external', reference: 'columnKey0' });
  });

  for (const name of Object.keys(internal)) {
    it(`parseKeyMetadata() refuses material without ${name}`, () => {
      assert.throws(() => parseKeyMetadata(bytes({ ...internal, [name]: undefined })), invalid);
    });
  }

  it('parseKeyMetadata() refuses what is no JSON object, of another type, or too long', () => {
    for (const data of [
      encodeUtf8('{'),
      bytes([]),
      bytes(null),
      bytes({ ...internal, keyMaterialType: 'X' }),
      new Uint8Array(70_000),
    ]) {
      assert.throws(() => parseKeyMetadata(data), invalid);
    }
    assert.throws(() => parseKeyMetadata(encodeUtf8('{"__proto__":{"keyMaterialType":"PKMT1"}}')), invalid);
  });

  it('parseExternalKeyMaterial() refuses references that lead to no material', () => {
    assert.equal(parseExternalKeyMaterial(bytes({ a: JSON.stringify(internal) })).get('a')?.wrappedDek, 'h');
    assert.throws(() => parseExternalKeyMaterial(bytes({ a: 5 })), invalid);
    assert.throws(() => parseExternalKeyMaterial(bytes({ a: '{}' })), invalid);
  });

  it('unwrapKeyMaterial() unwraps once or twice, each wrap bound to the id of its key', () => {
    const [master, kek, dek] = [1, 2, 3].map((byte) => AeadKey.fromBytes(new Uint8Array(32).fill(byte)));
    const wrap = (key: AeadKey, aad: Uint8Array, inner: AeadKey): string => {
      const nonce = systemRandom.bytes(12);
      return Buffer.concat([nonce, key.seal(nonce, aad, inner.exportBytes())]).toString('base64');
    };
    const id = systemRandom.bytes(16);
    const masters = new Map([['m', master!]]);
    const once = { footer: false, masterKeyId: 'm', wrappedDek: wrap(master!, encodeUtf8('m'), dek!), kek: null };
    assert.deepEqual(unwrapKeyMaterial(once, masters).exportBytes(), dek!.exportBytes());
    const twice = {
      ...once,
      wrappedDek: wrap(kek!, id, dek!),
      kek: { id: Buffer.from(id).toString('base64'), wrapped: wrap(master!, encodeUtf8('m'), kek!) },
    };
    assert.deepEqual(unwrapKeyMaterial(twice, masters).exportBytes(), dek!.exportBytes());
    const failed = { code: 'STORE_OPEN_FAILED' };
    assert.throws(() => unwrapKeyMaterial({ ...once, masterKeyId: 'other' }, masters), failed);
    assert.throws(() => unwrapKeyMaterial({ ...once, wrappedDek: '!' }, masters), failed);
    assert.throws(() => unwrapKeyMaterial(once, new Map([['m', kek!]])), failed);
    assert.throws(() => unwrapKeyMaterial({ ...twice, kek: { ...twice.kek, id: 'AAAA' } }, masters), failed);
  });
});
