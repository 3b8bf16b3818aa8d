import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { ConnectionEnds } from '#flow/gateway/index.ts';
import { dial, dialOwn } from './dial-own.ts';

async function listen(t: TestContext) {
  const taken: Socket[] = [];
  const server = createServer((socket) => void taken.push(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of taken) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`mqtts://127.0.0.1:${port}`), port, taken };
}

test('dialOwn() names both ends to the gateway, until a worker has the connection, before anything is said', async (t) => {
  const { url, port, taken } = await listen(t);
  const told: ConnectionEnds[] = [];
  const own = async (ends: ConnectionEnds) => told.push(ends) > 2;
  const socket = await dialOwn(own)(url, '127.0.0.5');
  t.after(() => void socket.destroy());
  assert.equal(told.length, 3);
  const ends = {
    client: { address: '127.0.0.5', port: socket.localPort },
    server: { address: '127.0.0.1', port },
  };
  assert.deepEqual(told, [ends, ends, ends]);
  assert.equal(taken[0]?.remotePort, socket.localPort);
  assert.equal(taken[0]?.bytesRead, 0);
});

test('dialOwn() goes on with a connection that the gateway does not know', async (t) => {
  const { url, taken } = await listen(t);
  const socket = await dialOwn(async () => {
    for (const one of taken) one.destroy();
    throw new Error('the gateway is not there');
  })(url);
  if (!socket.destroyed) await once(socket, 'close');
});

test('dial() rejects where nobody listens', async () => {
  await assert.rejects(dial(new URL('mqtts://127.0.0.1:1')), { code: 'ECONNREFUSED' });
});
