import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { systemRandom } from '#base/crypto/index.ts';
import { VaultWriter } from '#flow/ingest/index.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { TokenVault } from './token-vault.ts';

async function setup(t: TestContext, most = 10) {
  const { keys, catalogue } = await openKeys(t);
  const told: string[] = [];
  const tell = (_: unknown, text: string): void => void told.push(text);
  const parts = {
    catalogue,
    sealer: await keys.rowSealer('vault'),
    keys,
    most: () => most,
    log: { error: tell, warn: tell },
  };
  const { version, key } = await keys.digestKey('vault');
  const raw = key.exportBytes();
  return { parts, told, catalogue, vault: await TokenVault.open(parts), vaultKey: { version, key: raw } };
}

const value = (n: number, domain = 'd') => ({ domain, token: `t1-${n}`, original: `canary-${n}` });

test('TokenVault keeps what gateways sealed, once, over a restart, in no row in clear', async (t) => {
  const { parts, vault, vaultKey, catalogue } = await setup(t);
  const writer = new VaultWriter(vaultKey, systemRandom);
  const records = writer.records([value(1), value(2), value(1, 'e'), { domain: 'd', token: 42, original: 7 }]);
  await vault.take(records);
  await vault.take(records);
  assert.deepEqual([vault.size, vault.room], [4, 6]);
  const again = await TokenVault.open(parts);
  assert.equal(again.size, 4);
  assert.deepEqual([...(await again.originals('d', ['t1-1', 't1-9', 42]))], [['t1-1', 'canary-1'], [42, 7]]); // prettier-ignore
  const rows = JSON.stringify(await catalogue.all('SELECT * FROM tokens_vault'), (_, found: unknown) =>
    found instanceof Uint8Array ? Buffer.from(found).toString('latin1') : found,
  );
  assert.ok(rows.includes('t1-1') && !rows.includes('canary'));
});

test('TokenVault tells of its room, and forgets', async (t) => {
  const { vault, told } = await setup(t, 2);
  const rooms: number[] = [];
  vault.onRoom((room) => rooms.push(room));
  await vault.keep([value(1)]);
  await vault.keep([value(1)]);
  await vault.keep([value(2), value(3)]);
  assert.deepEqual([rooms, told.length, vault.size], [[1, 0], 1, 3]);
  assert.equal(await vault.forget('d', ['t1-3', 't1-2', 't1-9']), 2);
  assert.deepEqual([rooms.at(-1), [...(await vault.originals('d', ['t1-1', 't1-2']))].length], [1, 1]);
});

test('TokenVault goes on where a record does not open, and tells of it', async (t) => {
  const { vault, vaultKey, told } = await setup(t);
  const [good] = new VaultWriter(vaultKey, systemRandom).records([value(1)]);
  const [other] = new VaultWriter({ version: 9, key: vaultKey.key }, systemRandom).records([value(2)]);
  await vault.take([other!, { ...good!, number: 5 }, good!]);
  assert.deepEqual([vault.size, told.length], [1, 2]);
});
