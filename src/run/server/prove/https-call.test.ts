import assert from 'node:assert/strict';
import { test } from 'node:test';
import { text } from 'node:stream/consumers';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { callHttps } from './https-call.ts';
import { serveHttps } from './testing.ts';

test('callHttps() sends body and token, and gives status and body', async (t) => {
  const call = await serveHttps(t, (request, reply) => {
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
  const call = await serveHttps(t, (_request, reply) => void reply.end('<html>'));
  assert.partialDeepStrictEqual(await callHttps(call), { status: 200, body: null });
});

test('callHttps() rejects where there is no whole answer', async (t) => {
  const broken = await serveHttps(t, (_request, reply) => {
    reply.writeHead(200, { 'content-length': 100 }).write('{');
    setTimeout(() => reply.destroy(), 10);
  });
  await assert.rejects(callHttps(broken));
  const silent = await serveHttps(t, () => {});
  await assert.rejects(callHttps({ ...silent, timeoutMs: 50 }), /no answer in time/);
  await assert.rejects(callHttps({ ...silent, authority: (await openTrust(t)).identity.certificates.root }));
});
