import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { concatBytes, encodeUtf8 } from '#base/core/index.ts';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import { encodeParquet } from './encode-parquet.ts';
import { closing, magicBytes, readPlainFooter } from './footer.ts';
import { FileField, ModuleType } from './format.ts';
import { moduleAad } from './module-aad.ts';
import { openFooter } from './open-footer.ts';
import { fixedKeys } from './open-keys.ts';
import { memoryReader } from './range-reader.ts';
import { sealParquet } from './seal-parquet.ts';
import { binary, bool, struct, withFields } from './thrift-value.ts';
import type { ThriftValue } from './thrift-value.ts';
import { encodeStruct } from './thrift-writer.ts';

const plain = encodeParquet([{ name: 'x', type: 'number', nullable: false }], []);
const key = AeadKey.fromBytes(new Uint8Array(32).fill(1));
const keys = fixedKeys(key, new Map());
const unique = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const prefix = encodeUtf8('segment');

/** A file with a footer in clear that is signed. */
function signed(algorithm: ThriftValue, aad = concatBytes([prefix, unique])): Uint8Array {
  const footer = encodeStruct(
    withFields(readPlainFooter(plain).footer.metadata, { [FileField.EncryptionAlgorithm]: algorithm }),
  );
  const nonce = systemRandom.bytes(12);
  const tag = key.seal(nonce, moduleAad(aad, { type: ModuleType.Footer }), footer).subarray(footer.length);
  return concatBytes([magicBytes('PAR1'), footer, nonce, tag, closing(footer.length + 28, 'PAR1')]);
}
const gcm = (fields: Readonly<Record<number, ThriftValue>>): ThriftValue => struct({ 1: struct(fields) });
const open = (file: Uint8Array, aadPrefix: Uint8Array | null = prefix): ReturnType<typeof openFooter> =>
  openFooter(memoryReader(file), keys, aadPrefix);

describe('openFooter()', () => {
  it('opens a sealed footer, however long the file behind it', async () => {
    const file = sealParquet(plain, {
      aadPrefix: prefix,
      footer: { key, metadata: new Uint8Array(100_000) },
      columns: new Map([['x', { key, metadata: unique }]]),
      random: systemRandom,
    });
    const { encrypted, cipher, start, footer } = await open(file);
    assert.deepEqual([encrypted, cipher, start, footer.schema.leaves.length], [true, 'gcm', 4, 1]);
  });

  it('checks the signature of a footer in clear', async () => {
    const file = signed(gcm({ 1: binary(prefix), 2: binary(unique) }));
    assert.equal((await open(file)).encrypted, false);
    for (let at = 4; at < file.length - 8; at += 1) {
      const copy = Uint8Array.from(file);
      copy[at] = copy[at]! ^ 4;
      await assert.rejects(open(copy), `byte ${at}`);
    }
  });

  it('compares the prefix, stored or not', async () => {
    const stored = signed(gcm({ 1: binary(prefix), 2: binary(unique) }));
    const given = signed(gcm({ 2: binary(unique), 3: bool(true) }));
    const none = signed(gcm({ 2: binary(unique) }), unique);
    await open(stored, null);
    await open(given);
    await open(none, null);
    const mismatch = { code: 'STORE_PREFIX_MISMATCH' };
    await assert.rejects(open(stored, encodeUtf8('other')), mismatch);
    await assert.rejects(open(given, null), mismatch);
    await assert.rejects(open(none), mismatch);
    await assert.rejects(open(given, encodeUtf8('other')), { code: 'STORE_OPEN_FAILED' });
  });

  it('tells the cipher of the pages and refuses unknown ones', async () => {
    const ctr = struct({ 2: struct({ 1: binary(prefix), 2: binary(unique) }) });
    assert.equal((await open(signed(ctr))).cipher, 'ctr');
    for (const wrong of [
      struct({ 3: struct({}) }),
      struct({}),
      gcm({ 1: binary(prefix) }),
      struct({ 1: struct({}), 2: struct({}) }),
    ]) {
      await assert.rejects(open(signed(wrong)), { code: 'STORE_PARQUET_INVALID' });
    }
  });

  it('refuses a file that is not sealed, is too short or states a wrong length', async () => {
    for (const file of [
      plain,
      new Uint8Array(4),
      concatBytes([magicBytes('PARE'), closing(500, 'PARE')]),
      concatBytes([magicBytes('PARE'), closing(0, 'PARE')]),
    ]) {
      await assert.rejects(open(file), { code: 'STORE_PARQUET_INVALID' });
    }
  });
});
