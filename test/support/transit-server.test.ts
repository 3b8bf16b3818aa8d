import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTransit, startTransitEngine } from './transit-server.ts';

test('startTransit() makes keys, seals and opens with them, and refuses what the engine refuses', async (t) => {
  const { url, token } = await startTransit(t);
  const ask = async (path: string, body: object, as = token) => {
    const headers = { 'x-vault-token': as };
    const reply = await fetch(`${url}/v1/transit/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const text = await reply.text();
    const data = (text === '' ? {} : (JSON.parse(text) as { data?: Record<string, string> }).data) ?? {};
    return { status: reply.status, data };
  };
  assert.equal((await ask('keys/k', {}, 'wrong')).status, 403);
  assert.equal((await ask('encrypt/k', { plaintext: 'AAAA' })).status, 400);
  assert.equal((await ask('keys/k', { type: 'aes256-gcm96' })).status, 204);
  const { ciphertext } = (await ask('encrypt/k', { plaintext: 'AAAA', associated_data: 'eA==' })).data;
  assert.match(ciphertext ?? '', /^vault:v1:/);
  assert.equal((await ask('decrypt/k', { ciphertext, associated_data: 'eA==' })).data['plaintext'], 'AAAA');
  assert.equal((await ask('decrypt/k', { ciphertext, associated_data: 'eQ==' })).status, 400);
  assert.equal((await ask('keys/k/trim', { min_available_version: 1 })).status, 400);
});

test('startTransitEngine() is there only where its program is named', async (t) => {
  if (process.env['WEIR_TRANSIT_ENGINE'] === undefined) assert.equal(await startTransitEngine(t), null);
  else assert.match((await startTransitEngine(t))?.url ?? '', /^http:\/\/127\.0\.0\.1:\d+$/);
});
