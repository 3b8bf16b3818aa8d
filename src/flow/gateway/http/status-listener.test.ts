import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import type { Limits } from '#declare/template/index.ts';
import type { PeerStatement } from './identity-header.ts';
import { StatusListener } from './status-listener.ts';

const LIMITS = { connectTimeout: 5_000, requestTimeout: 5_000 } as unknown as Limits;

test('StatusListener passes on what it is for, as nobody, and nothing else', async () => {
  const passed: (readonly [string | undefined, PeerStatement])[] = [];
  const refused: string[] = [];
  await using listener = new StatusListener({
    proxy: {
      pass: (asked, response, { peer }) => {
        passed.push([asked.url, peer]);
        response.end('passed');
      },
    },
    limits: () => LIMITS,
    refused: (reason) => refused.push(reason),
  });
  const port = await listener.listen('127.0.0.1', 0, false);
  const ask = (method: string, path: string, body = ''): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = method === 'POST' ? { 'content-length': Buffer.byteLength(body) } : {};
      request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (reply) => {
        reply.resume();
        resolve(reply.statusCode ?? 0);
      })
        .once('error', reject)
        .end(body);
    });
  const taken = [
    ['GET', '/crl/1.crl'],
    ['GET', '/crl/12-delta.crl'],
    ['GET', '/ocsp/MEUw%2BA=='],
    ['POST', '/ocsp'],
  ] as const;
  for (const [method, path] of taken) assert.equal(await ask(method, path, method === 'POST' ? 'x' : ''), 200, path);
  assert.deepEqual(
    passed.map(([url]) => url),
    taken.map(([, path]) => path),
  );
  for (const [, peer] of passed) assert.deepEqual([peer.kind, peer.listener], ['none', 'status']);
  const others = ['/', '/v1/status', '/crl/1.crl/../../v1/status', '/crl/../v1/devices', '/crl/x.crl', '/ocsp'];
  for (const path of others) assert.equal(await ask('GET', path), 404, path);
  assert.equal(await ask('POST', '/v1/query', '{}'), 404);
  assert.equal(await ask('POST', '/ocsp', 'x'.repeat(4_097)), 413);
  assert.equal(passed.length, taken.length);
  assert.equal(refused.length, others.length + 1);
});

test('StatusListener says which port it cannot have', async () => {
  const make = () => new StatusListener({ proxy: { pass: () => {} }, limits: () => LIMITS, refused: () => {} });
  await using first = make();
  await using second = make();
  const port = await first.listen('127.0.0.1', 0, false);
  await assert.rejects(second.listen('127.0.0.1', port, false), { code: 'GATEWAY_LISTEN_FAILED' });
});
