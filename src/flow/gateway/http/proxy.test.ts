import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { stateIdentity } from './identity-header.ts';
import { Proxy } from './proxy.ts';
import { serve } from './testing.ts';

async function behind(t: { after(f: () => Promise<void>): void }, listener: RequestListener) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'weir-proxy-'));
  const socket = path.join(folder, 'control.sock');
  const control = createServer(listener);
  await new Promise<void>((resolve) => control.listen(socket, resolve));
  const proxy = new Proxy(socket);
  const server = await serve((request, response) =>
    proxy.pass(request, response, {
      peer: stateIdentity(null, { address: '192.0.2.1', own: false }, 'api'),
      caller: 'caller',
      pace: 'long',
    }),
  );
  t.after(async () => {
    await server[Symbol.asyncDispose]();
    control.closeAllConnections();
    control.close();
    await rm(folder, { recursive: true });
  });
  return { proxy, server };
}

test('Proxy passes method, path, body and answer, with the identity', async (t) => {
  const { server } = await behind(t, (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      response.writeHead(207, { 'x-a': '1' });
      response.end(JSON.stringify([request.method, request.url, body, request.headers['x-weir-identity']]));
    });
  });
  const answer = await server.ask('PUT', '/v1/x?y=1', { 'content-type': 'text/plain' }, 'hello');
  assert.deepEqual([answer.status, answer.headers['x-a']], [207, '1']);
  const [method, url, body, identity] = JSON.parse(answer.body) as string[];
  assert.deepEqual([method, url, body], ['PUT', '/v1/x?y=1', 'hello']);
  assert.partialDeepStrictEqual(JSON.parse(identity ?? ''), { kind: 'none', address: '192.0.2.1' });
});

test('Proxy answers 503 where control breaks before its answer, and breaks off where it does so within', async (t) => {
  const { server } = await behind(t, (request, response) => {
    if (request.url === '/within') {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half');
      setTimeout(() => response.destroy(), 20);
    } else {
      request.socket.destroy();
    }
  });
  assert.equal((await server.ask('GET', '/before')).status, 503);
  await assert.rejects(server.ask('GET', '/within'));
});

test('Proxy keeps most requests of a caller waiting, answers more of them with 429, and others still', async (t) => {
  const waiting: (() => void)[] = [];
  const { proxy, server } = await behind(t, (request, response) => {
    if (request.url === '/slow') waiting.push(() => response.end());
    else response.end();
  });
  const slow = Array.from({ length: 16 + 64 }, () => server.ask('GET', '/slow'));
  while (proxy.open < 80) await new Promise((resolve) => setTimeout(resolve, 5));
  const more = await server.ask('GET', '/slow');
  assert.deepEqual([more.status, more.headers['retry-after']], [429, '1']);
  while (waiting.length < 16) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(waiting.length, 16);
  for (let ended = 0; ended < 80; ended++) {
    while (waiting.at(0) === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
    waiting.shift()?.();
  }
  assert.equal((await Promise.all(slow)).filter(({ status }) => status === 200).length, 80);
  assert.equal((await server.ask('GET', '/quick')).status, 200);
  while (proxy.open > 0) await new Promise((resolve) => setTimeout(resolve, 1));
});

test('Proxy passes a refusal on though control took none of the body, and keeps no turn for it', async (t) => {
  const { server } = await behind(t, (request, response) => {
    if (request.method === 'GET') return void response.end();
    response.writeHead(429, { 'retry-after': '7' }).end('{"code":"API_RATE"}', () => {
      // Before the answer has been passed on, which is late.
      setTimeout(() => request.socket.destroy(), 50);
    });
  });
  const body = 'x'.repeat(1_000_000);
  const refused = Array.from({ length: 8 }, () => server.ask('POST', '/a', {}, body));
  for (const { status, headers, body: said } of await Promise.all(refused)) {
    assert.deepEqual([status, headers['retry-after'], said], [429, '7', '{"code":"API_RATE"}']);
  }
});
