import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { toHex } from '#base/core/index.ts';
import { openStatusWorld } from './testing.ts';
import type { StatusWorld } from './testing.ts';

const BY = 'person:p1';
const MALFORMED = '30030a0101';
const UNAUTHORIZED = '30030a0106';

/** A request for a certificate as openssl writes it, and what openssl makes of the answer. */
async function ask(world: StatusWorld, name: string, ...digest: string[]) {
  const request = await world.file('request.der', '');
  await world.openssl('ocsp', ...digest, '-issuer', 'issuing.pem', '-cert', name, '-reqout', request);
  const answer = await world.identity.ocsp.answer(new Uint8Array(await readFile(request)));
  const response = await world.file('response.der', answer);
  const about = ['-issuer', 'issuing.pem', '-cert', name, '-CAfile', 'root.pem', '-respin', response];
  return { answer, text: await world.openssl('ocsp', ...digest, ...about) };
}

test('openssl believes what the responder says, of good and of revoked certificates', async (t) => {
  const world = await openStatusWorld(t);
  const good = await ask(world, 'a.pem');
  assert.match(good.text, /a\.pem: good[^]*Response verify OK/);
  assert.equal((await ask(world, 'a.pem')).answer, good.answer, 'signed once');
  await world.identity.revocations.revoke({ kind: 'device', name: 'a' }, 'keyCompromise', BY);
  assert.match((await ask(world, 'a.pem')).text, /a\.pem: revoked[^]*keyCompromise[^]*Response verify OK/);
  assert.match((await ask(world, 'b.pem', '-sha256')).text, /b\.pem: good[^]*Response verify OK/);
  await world.identity.revocations.revoke({ kind: 'device', name: 'b' }, 'unspecified', BY);
  assert.match((await ask(world, 'b.pem')).text, /b\.pem: revoked[^]*Response verify OK/);
});

test('the responder signs nothing for what it does not know or cannot read', async (t) => {
  const world = await openStatusWorld(t);
  const other = await ask(world, 'issuing.pem');
  assert.equal(toHex(other.answer), UNAUTHORIZED, 'the authority’s own certificate is not one that it gave');
  for (const bytes of [new Uint8Array(), Uint8Array.fromHex('3000'), new Uint8Array(5_000), Buffer.from('GET /')]) {
    assert.equal(toHex(await world.identity.ocsp.answer(bytes)), MALFORMED);
  }
  const request = await world.file('two.der', '');
  await world.openssl('ocsp', '-issuer', 'issuing.pem', '-cert', 'a.pem', '-cert', 'b.pem', '-reqout', request);
  assert.equal(toHex(await world.identity.ocsp.answer(new Uint8Array(await readFile(request)))), MALFORMED);
});
