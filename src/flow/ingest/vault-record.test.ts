import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { systemRandom } from '#base/crypto/index.ts';
import { openVaultRecord, VaultWriter } from './vault-record.ts';

const KEY = new Uint8Array(32).fill(5);

test('VaultWriter seals values that only its key opens, each record under a nonce of its own', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), fc.maxSafeInteger()), { minLength: 1, maxLength: 5 }), (pairs) => {
      const writer = new VaultWriter({ version: 1, key: KEY }, systemRandom);
      const values = pairs.map(([text, n]) => ({ domain: 'd', token: n, original: text }));
      const [first, ...more] = writer.records(values);
      const [second] = writer.records(values);
      assert.equal(more.length, 0);
      assert.deepEqual(openVaultRecord(first!, KEY), values);
      assert.deepEqual(openVaultRecord(second!, KEY), values);
      assert.notDeepEqual(first!.sealed, second!.sealed);
      assert.throws(() => openVaultRecord({ ...first!, number: 1 }, KEY), { code: 'CRYPTO_OPEN_FAILED' });
      assert.throws(
        () =>
          openVaultRecord(
            first!,
            KEY.map((byte) => byte + 1),
          ),
        { code: 'CRYPTO_OPEN_FAILED' },
      );
    }),
    { numRuns: 30, seed: 1 },
  );
});

test('VaultWriter takes as many records as the values need; two writers share no key', () => {
  const writer = new VaultWriter({ version: 3, key: KEY }, systemRandom);
  const values = Array.from({ length: 5_000 }, (_, i) => ({ domain: 'd', token: `t${i}`, original: `o${i}` }));
  const records = writer.records(values);
  assert.deepEqual(records.map(({ version, number }) => [version, number]), [[3, 0], [3, 1]]); // prettier-ignore
  assert.deepEqual(
    records.flatMap((record) => openVaultRecord(record, KEY)),
    values,
  );
  const [other] = new VaultWriter({ version: 3, key: KEY }, systemRandom).records(values.slice(0, 1));
  assert.throws(() => openVaultRecord({ ...other!, salt: records[0]!.salt }, KEY), { code: 'CRYPTO_OPEN_FAILED' });
});
