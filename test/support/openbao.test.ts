import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startOpenBao } from './openbao.ts';

test('startOpenBao() runs a server, whose tokens may do what their policy says', async (t) => {
  const bao = await startOpenBao(t);
  await bao.ask('POST', 'sys/mounts/transit', { type: 'transit' });
  const token = await bao.tokenFor('path "transit/keys/*" { capabilities = ["read"] }');
  const status = async (method: string): Promise<number> =>
    (await fetch(`${bao.url}/v1/transit/keys/none`, { method, headers: { 'x-vault-token': token } })).status;
  assert.deepEqual([await status('GET'), await status('POST')], [404, 403]);
  await assert.rejects(bao.ask('GET', 'nowhere'), /404/);
});
