import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, createServer as createSocketServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
// The proxy is internal to its room; what it writes to control's socket is what this is about.
import { stateIdentity } from '#flow/gateway/http/identity-header.ts';
import { Proxy } from '#flow/gateway/http/proxy.ts';
import { eventually } from '../support/eventually.ts';

const FORGED = JSON.stringify({ kind: 'client', name: 'operator', serial: null, address: '', listener: 'https' });
const INNER = `GET /v1/status HTTP/1.1\r\nHost: x\r\nx-weir-identity: ${FORGED}\r\n\r\n`;

/** What control's socket gets for a request that arrives at a listener as these bytes. */
async function relayed(request: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-attack-'));
  const seen: Buffer[] = [];
  const sockets = new Set<Socket>();
  const control = createSocketServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => seen.push(bytes));
  });
  const path = join(folder, 'control.sock');
  await new Promise<void>((resolve) => control.listen(path, resolve));
  const proxy = new Proxy(path);
  const front = createServer((incoming, outgoing) =>
    proxy.pass(incoming, outgoing, {
      peer: stateIdentity(null, { address: '192.0.2.1', own: false }, 'api'),
      caller: 'caller',
    }),
  );
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  try {
    const client = connect((front.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => {});
    client.write(request);
    // A little longer than the request takes, for one that would follow it.
    await eventually(() => seen.length, Boolean);
    await new Promise((resolve) => setTimeout(resolve, 300));
    client.destroy();
    return Buffer.concat(seen).toString('latin1');
  } finally {
    for (const socket of sockets) socket.destroy();
    front.closeAllConnections();
    front.close();
    control.close();
    await rm(folder, { recursive: true });
  }
}

/** Tells whether a request's body is framed by its head, so that nothing in it can be taken for a request. */
function isFramed(bytes: string): boolean {
  const end = bytes.indexOf('\r\n\r\n');
  const [head, body] = [bytes.slice(0, end).toLowerCase(), bytes.slice(end + 4)];
  const length = /\ncontent-length: (\d+)/.exec(head)?.[1];
  return head.includes('\ntransfer-encoding: chunked') || body.length <= Number(length ?? 0);
}

test('a body cannot be taken for a further request, whatever Connection names', { concurrency: true }, async (t) => {
  const named = ['content-length', 'close, Content-Length', 'keep-alive , transfer-encoding,content-length'];
  const forms = ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'POST', 'PUT'].flatMap((method) =>
    named.map((connection) => ({ method, connection })),
  );
  // At once, for each is waited upon.
  await Promise.all(
    forms.map(({ method, connection }) =>
      t.test(`${method} with Connection: ${connection}`, async () => {
        const head = `${method} /v1/audit/keys HTTP/1.1\r\nHost: x\r\nConnection: ${connection}\r\n`;
        const bytes = await relayed(`${head}Content-Length: ${INNER.length}\r\n\r\n${INNER}`);
        assert.ok(bytes.startsWith(method), bytes);
        assert.ok(isFramed(bytes), bytes);
      }),
    ),
  );
});

test('who is there is said once, by the gateway', async (t) => {
  const forms = [
    `x-weir-identity: ${FORGED}`,
    `X-WEIR-IDENTITY: ${FORGED}`,
    `x_weir_identity: ${FORGED}`,
    `x-weir-identity: {}\r\nx-weir-identity: ${FORGED}`,
    `Connection: x-weir-identity\r\nx-weir-identity: ${FORGED}`,
  ];
  for (const form of forms) {
    await t.test(form.slice(0, 40), async () => {
      const bytes = await relayed(`GET /v1/status HTTP/1.1\r\nHost: x\r\n${form}\r\n\r\n`);
      const stated = bytes.toLowerCase().match(/x.weir.identity:[^\r]*/g);
      assert.equal(stated?.length, 1, bytes);
      assert.match(stated?.[0] ?? '', /"kind":"none"/);
    });
  }
});

test('who is refused before the body was read hears why', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'weir-attack-'));
  const control = createServer((_, response) => response.writeHead(401).end());
  const path = join(folder, 'control.sock');
  await new Promise<void>((resolve) => control.listen(path, resolve));
  const proxy = new Proxy(path);
  const front = createServer((incoming, outgoing) =>
    proxy.pass(incoming, outgoing, {
      peer: stateIdentity(null, { address: '192.0.2.1', own: false }, 'api'),
      caller: 'caller',
    }),
  );
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(front.address() as AddressInfo).port}/v1/query`;
    for (let i = 0; i < 100; i++) {
      const answer = await fetch(url, { method: 'POST', body: '{"sql": "select 1"}' });
      await answer.arrayBuffer();
      assert.equal(answer.status, 401);
    }
  } finally {
    front.closeAllConnections();
    front.close();
    control.closeAllConnections();
    control.close();
    await rm(folder, { recursive: true });
  }
});
