import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createPlain } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { issuerFetch } from './issuer-fetch.ts';

async function listen(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const ANSWER: RequestListener = (request, response) => {
  void text(request).then((body) => {
    const place = request.url ?? '';
    if (place === '/large') return response.end('x'.repeat(1_048_577));
    if (place === '/away') return response.writeHead(302, { location: '/elsewhere' }).end();
    if (place === '/cut') return response.writeHead(200, { 'content-length': '10' }).write('x') && response.destroy();
    return response
      .writeHead(place === '/no' ? 404 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ method: request.method, body, type: request.headers['content-type'] ?? null }));
  });
};

test('issuerFetch() asks over HTTPS with the authority that is named, and with no other', async (t) => {
  const { identity } = await openTrust(t);
  const { key, certificate } = await identity.serverCertificate([]);
  const port = await listen(t, createServer({ key, cert: certificate }, ANSWER));
  const ca = identity.certificates.root;
  const form = new URLSearchParams({ a: 'b c' });
  const answer = await issuerFetch(`https://localhost:${port}/token`, { method: 'POST', body: form }, ca);
  assert.deepEqual(await answer.json(), {
    method: 'POST',
    body: 'a=b+c',
    type: 'application/x-www-form-urlencoded;charset=UTF-8',
  });
  await assert.rejects(issuerFetch(`https://localhost:${port}/`, {}, null), { code: 'SERVER_ISSUER_UNREACHABLE' });
  const other = (await openTrust(t)).identity.certificates.root;
  await assert.rejects(issuerFetch(`https://localhost:${port}/`, {}, other), { code: 'SERVER_ISSUER_UNREACHABLE' });
});

test('issuerFetch() follows no redirect, takes no large answer and no half one', async (t) => {
  const at = `http://127.0.0.1:${await listen(t, createPlain(ANSWER))}`;
  assert.equal((await issuerFetch(`${at}/away`, {}, null)).status, 302);
  assert.equal((await issuerFetch(`${at}/no`, {}, null)).status, 404);
  await assert.rejects(issuerFetch(`${at}/large`, {}, null), { code: 'SERVER_ISSUER_UNREACHABLE' });
  await assert.rejects(issuerFetch(`${at}/cut`, {}, null));
});

test('issuerFetch() speaks in clear to this machine alone', async () => {
  for (const url of ['http://id.test/keys', 'ftp://localhost/x', 'file:///etc/passwd']) {
    await assert.rejects(issuerFetch(url, {}, null), { code: 'SERVER_ISSUER_UNREACHABLE' });
  }
});
