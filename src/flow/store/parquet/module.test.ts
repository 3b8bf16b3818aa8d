import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import { MODULE_OVERHEAD, moduleAt, openFailed, openModule, sealModule } from './module.ts';

const key = AeadKey.fromBytes(new Uint8Array(32).fill(7));
const aad = Uint8Array.of(1, 2, 3);

describe('modules', () => {
  it('openModule() gives what sealModule() sealed', () => {
    const plain = Uint8Array.of(9, 8, 7);
    const module = sealModule(key, aad, plain, systemRandom);
    assert.equal(module.length, plain.length + MODULE_OVERHEAD);
    const { body, end } = moduleAt(module, 0);
    assert.equal(end, module.length);
    assert.deepEqual(Uint8Array.from(openModule(key, aad, body)), plain);
  });

  it('openModule() refuses each flipped bit, other associated data, another key and a short body', () => {
    const { body } = moduleAt(sealModule(key, aad, Uint8Array.of(1), systemRandom), 0);
    for (let bit = 0; bit < body.length * 8; bit += 1) {
      const copy = Uint8Array.from(body);
      copy[bit >> 3] = copy[bit >> 3]! ^ (1 << (bit & 7));
      assert.throws(() => openModule(key, aad, copy), { code: 'STORE_OPEN_FAILED' });
    }
    assert.throws(() => openModule(key, Uint8Array.of(1), body), { code: 'STORE_OPEN_FAILED' });
    assert.throws(() => openModule(AeadKey.fromBytes(new Uint8Array(32)), aad, body), { code: 'STORE_OPEN_FAILED' });
    assert.throws(() => openModule(key, aad, body.subarray(0, 27)), { code: 'STORE_OPEN_FAILED' });
  });

  it('sealModule() never uses a nonce twice', () => {
    const nonces = Array.from({ length: 500 }, () => sealModule(key, aad, aad, systemRandom).subarray(4, 16).toHex());
    assert.equal(new Set(nonces).size, 500);
  });

  it('moduleAt() refuses lengths that lead out of the buffer', () => {
    const module = sealModule(key, aad, aad, systemRandom);
    for (const [data, at] of [
      [module.subarray(0, module.length - 1), 0],
      [module.subarray(0, 3), 0],
      [module, -1],
      [Uint8Array.of(255, 255, 255, 255, 0), 0],
      [Uint8Array.of(1, 0, 0, 0, 0), 0],
    ] as const) {
      assert.throws(() => moduleAt(data, at), { code: 'STORE_PARQUET_INVALID' });
    }
  });

  it('openFailed() says nothing of why', () => assert.equal(openFailed().cause, undefined));
});
