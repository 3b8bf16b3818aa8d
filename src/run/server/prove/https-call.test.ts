import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { text } from 'node:stream/consumers';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { callHttps } from './https-call.ts';

async function serve(t: TestContext, answer: (request: IncomingMessage, reply: ServerResponse) => void) {
  const { identity } = await openTrust(t);
  const { key, certificate } = await identity.serverCertificate([]);
  const server = createServer({ key, cert: certificate }, answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = new URL(`https://localhost:${(server.address() as AddressInfo).port}/v1/x`);
  return { method: 'POST', url, authority: identity.certificates.root, body: null, timeoutMs: 2_000 } as const;
}

test('callHttps() sends body and token, and gives status and body', async (t) => {
  const call = await serve(t, (request, reply) => {
    void text(request).then((body) =>
      reply
        .writeHead(418)
        .end(JSON.stringify({ body, method: request.method, as: request.headers.authorization ?? null })),
    );
  });
  const posted = await callHttps({ ...call, body: { n: 1 }, token: 'secret' });
  assert.deepEqual([posted.status, posted.headers?.['connection']], [418, 'close']);
  assert.deepEqual(posted.body, { body: '{"n":1}', method: 'POST', as: 'Bearer secret' });
  const got = await callHttps({ ...call, method: 'GET' });
  assert.deepEqual([got.status, got.body], [418, { body: '', method: 'GET', as: null }]);
});

test('callHttps() takes a body that is not JSON for none', async (t) => {
  const call = await serve(t, (_request, reply) => void reply.end('<html>'));
  assert.partialDeepStrictEqual(await callHttps(call), { status: 200, body: null });
});

test('callHttps() rejects where there is no whole answer', async (t) => {
  const broken = await serve(t, (_request, reply) => {
    reply.writeHead(200, { 'content-length': 100 }).write('{');
    setTimeout(() => reply.destroy(), 10);
  });
  await assert.rejects(callHttps(broken));
  const silent = await serve(t, () => {});
  await assert.rejects(callHttps({ ...silent, timeoutMs: 50 }), /no answer in time/);
  await assert.rejects(callHttps({ ...silent, authority: (await openTrust(t)).identity.certificates.root }));
});
