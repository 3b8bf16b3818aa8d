import assert from 'node:assert/strict';
import { createServer as createPlain } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { postWebhook } from './post-webhook.ts';

async function listen(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

const message = (url: string, authority: string | null = null) => ({
  url,
  network: 'public' as const,
  authority,
  headers: { 'webhook-id': 'msg_1' },
  body: '{"type":"alert.raised"}',
});

test('postWebhook() sends over HTTPS to whom the authority vouches for, and heeds what is answered', async (t) => {
  const { identity } = await openTrust(t);
  const { key, certificate: cert } = await identity.serverCertificate([]);
  const heard: string[] = [];
  const answer: RequestListener = (request, response) => {
    void Array.fromAsync(request as AsyncIterable<Buffer>).then((parts) => {
      heard.push(
        [request.method, request.url, request.headers['webhook-id'], Buffer.concat(parts).toString()].join(' '),
      );
      if (request.url === '/moved') response.writeHead(307, { location: '/taken' });
      else if (request.url === '/busy') response.writeHead(503, { 'retry-after': '120' });
      else response.writeHead(204);
      response.end(request.url === '/busy' ? Buffer.alloc(1_000_000) : undefined);
    });
  };
  const port = await listen(t, createServer({ key, cert }, answer));
  const authority = identity.certificates.root;
  const at = (path: string) => message(`https://localhost:${port}${path}`, authority);
  assert.deepEqual(await postWebhook(at('/taken')), { status: 204, retryAfter: null });
  assert.deepEqual(await postWebhook(at('/busy')), { status: 503, retryAfter: 120 });
  // A redirect is an answer, and is not followed.
  assert.deepEqual(await postWebhook(at('/moved')), { status: 307, retryAfter: null });
  assert.deepEqual(
    heard,
    ['/taken', '/busy', '/moved'].map((path) => `POST ${path} msg_1 {"type":"alert.raised"}`),
  );
  await assert.rejects(postWebhook(message(`https://localhost:${port}/taken`)), { code: 'SERVER_WEBHOOK_UNREACHABLE' });
  assert.equal(heard.length, 3);
});

test('postWebhook() goes nowhere but to where a receiver may be', async (t) => {
  const heard: string[] = [];
  const port = await listen(
    t,
    createPlain((request, response) => {
      heard.push(request.url ?? '');
      response.end();
    }),
  );
  assert.equal((await postWebhook(message(`http://127.0.0.1:${port}/own`))).status, 200);
  for (const url of [
    `http://soc.example.com:${port}/plain`,
    `https://169.254.169.254/latest/meta-data`,
    `https://10.0.0.1:${port}/private`,
    `https://0.0.0.0:${port}/any`,
    // A name that stands for this machine does not make it a receiver.
    `https://127.0.0.1.nip.invalid:${port}/name`,
  ]) {
    await assert.rejects(postWebhook(message(url)), { code: 'SERVER_WEBHOOK_UNREACHABLE' }, url);
  }
  await assert.rejects(postWebhook(message('http://127.0.0.1:9/closed')), { code: 'SERVER_WEBHOOK_UNREACHABLE' });
  assert.deepEqual(heard, ['/own']);
});
