import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import { createServer, connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { TLSSocket } from 'node:tls';
import { test } from 'node:test';
import { systemClock } from '#base/core/index.ts';
import type { Span } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import type { Limits } from '#declare/template/index.ts';
import { ConnectionBook } from '../connections/connection-book.ts';
import type { ConnectionSummary } from '../connections/connection-summary.ts';
import type { IngestPort } from '../ports.ts';
import type { Admission } from '../tls/admission.ts';
import { HttpService } from './http-service.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';

const LIMITS = {
  connectTimeout: 5_000,
  requestTimeout: 5_000,
  connections: 400,
  connectionsPerDevice: 1,
} as unknown as Limits;
const DEVICE = { index: 0, name: 'truck-7', type: 'reefer', speaksFor: [], serials: [] };
const TRANSPORT = { network: '127.0.0.0/24', tls: 'TLSv1.3 TLS_AES_128_GCM_SHA256 X25519', stack: 'ab' };
const GOOD: Admission = {
  admitted: true,
  identity: { kind: 'device', device: DEVICE, serial: '0A', fingerprint: 'a' },
};

async function start(
  t: Cleanable,
  judge: (() => Admission) | null,
  controlSocket = '/nowhere/control.sock',
  traces?: (span: Span) => void,
  limits = LIMITS,
) {
  let connections = 0;
  let strangers = 0;
  const refused: string[] = [];
  const told: string[] = [];
  const summaries: ConnectionSummary[] = [];
  const service = new HttpService({
    clock: systemClock,
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    metrics: { count: () => {}, gauge: () => {} },
    ingest: {} as IngestPort,
    devices: { find: () => null },
    table: {
      flags: () => 1,
      mayAct: () => true,
      connect: (_, limit) => (connections < limit ? ++connections > 0 : false),
      disconnect: () => void connections--,
    },
    connections: new ConnectionBook({ clock: systemClock, isStream: () => true, told: (one) => summaries.push(one) }),
    strangers: {
      take: (limit) => (strangers < limit ? ++strangers > 0 : false),
      give: () => void strangers--,
    },
    controlSocket,
    longRoutes: ['POST /v1/query'],
    tracing: () => (traces === undefined ? null : { clock: systemClock, random: systemRandom, traced: traces }),
    limits: () => limits,
    stream: () => undefined,
    origins: () => ['https://console.example.com'],
    refused: (listener, reason) => refused.push(`${listener} ${reason}`),
    visited: ({ id, device, serial, address }) => told.push(`visited ${id} ${device} ${serial} ${address}`),
    left: (id) => told.push(`left ${id}`),
  });
  let accepted = 0;
  const server = createServer((socket) =>
    service.accept(
      socket as TLSSocket,
      { address: socket.remoteAddress, own: false },
      judge === null ? 'api' : 'https',
      `c${++accepted}`,
      judge === null ? null : { judge, transport: () => TRANSPORT },
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    service.close();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const ask = (text: string) =>
    new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(text));
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk.toString()));
      socket.on('close', () => resolve(answer));
      socket.on('error', () => {});
    });
  return { service, refused, told, summaries, ask, port };
}

const GET = 'GET /v1/streams/climate HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';

test('a route for devices tells apart who may not use it', async (t) => {
  const client: Admission = { admitted: true, identity: { kind: 'client', name: 'o', serial: '0', fingerprint: '' } };
  for (const [admission, status, counted] of [
    [GOOD, 405, []],
    [client, 403, []],
    [{ admitted: false, reason: 'no-certificate' }, 401, []],
    [{ admitted: false, reason: 'expired' }, 403, ['https expired']],
  ] as const) {
    const { ask, refused } = await start(t, () => admission);
    assert.match(await ask(GET), new RegExp(`^HTTP/1.1 ${status} `));
    assert.deepEqual(refused, counted);
  }
  const { ask } = await start(t, null);
  assert.match(await ask(GET), /^HTTP\/1.1 401 /);
});

test('a device that is refused later is counted then', async (t) => {
  let admission: Admission = GOOD;
  const { ask, refused } = await start(t, () => {
    const now = admission;
    admission = { admitted: false, reason: 'revoked' };
    return now;
  });
  assert.match(await ask(GET), /^HTTP\/1.1 403 /);
  assert.deepEqual(refused, ['https revoked']);
});

test('a connection beyond those of a device hears 429', async (t) => {
  const { ask, refused, port } = await start(t, () => GOOD);
  const first = connect(port, '127.0.0.1');
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.match(await ask(GET), /^HTTP\/1.1 429 /);
  assert.deepEqual(refused, ['https too-many-connections']);
  first.destroy();
});

test('who shows no certificate that counts has a part of the connections and no more', async (t) => {
  const expired: Admission = { admitted: false, reason: 'expired' };
  for (const judge of [null, () => expired]) {
    const { ask, refused, port } = await start(t, judge, undefined, undefined, { ...LIMITS, connections: 8 });
    const open = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    await Promise.all(open.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(await ask(GET), '');
    assert.equal(refused.at(-1), `${judge === null ? 'api' : 'https'} too-many-connections`);
    open[0]?.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.match(await ask(GET), /^HTTP\/1.1 40[13] /);
    open[1]?.destroy();
  }
  const { ask, port } = await start(t, () => GOOD);
  const device = connect(port, '127.0.0.1');
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.match(await ask(GET), /^HTTP\/1.1 429 /, 'a device has its own limit');
  device.destroy();
});

test('what is not HTTP is closed, and draining waits for nothing where nothing is under way', async (t) => {
  const { ask, service } = await start(t, null);
  assert.match(await ask('\x16\x03\x01\r\n\r\n'), /^HTTP\/1.1 400 /);
  assert.match(await ask(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`), /^HTTP\/1.1 431 /);
  await service.drain();
});

test('a connection on which too many requests are sent ahead is cut off, and nothing of it is left', async (t) => {
  const folder = await temporaryFolder(t);
  const control = createHttpServer(() => {});
  const socket = path.join(folder, 'control.sock');
  await new Promise<void>((resolve) => control.listen(socket, resolve));
  t.after(async () => {
    control.close();
    control.closeAllConnections();
  });
  const { ask, service } = await start(t, null, socket);
  assert.equal(await ask('GET /v1/users HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(17)), '');
  await service.drain();
});

test('what control refuses for its rate is refused here until the time has come, late and counted', async (t) => {
  const folder = await temporaryFolder(t);
  let asked = 0;
  const control = createHttpServer((_, response) => {
    asked++;
    response.writeHead(429, { 'x-weir-hold': 'caller', 'retry-after': '9', ratelimit: '"caller";r=0;t=9' });
    response.end();
  });
  const socket = path.join(folder, 'control.sock');
  await new Promise<void>((resolve) => control.listen(socket, resolve));
  t.after(async () => void control.close());
  const { ask, refused } = await start(t, null, socket);
  const get = (url: string) => ask(`GET ${url} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  const first = await get('/v1/users');
  assert.match(first, /^HTTP\/1.1 429 /);
  assert.doesNotMatch(first, /x-weir-hold/i);
  const began = performance.now();
  const [held, other] = await Promise.all([get('/v1/users'), get('/v1/devices')]);
  assert.ok(performance.now() - began >= 190);
  for (const answer of [held, other]) {
    assert.match(answer, /^HTTP\/1.1 429 /);
    assert.match(answer, /\r\nretry-after: 9\r\n/i);
    assert.match(answer, /\r\nratelimit: "caller";r=0;t=9\r\n/i);
    const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as Record<string, unknown>;
    assert.deepEqual(body['violated-policies'], ['caller']);
  }
  assert.deepEqual([asked, refused], [1, ['api rate', 'api rate']]);
});

/** A stand-in for control that lets tokens `good-<name>-<n>` in as that name, and answers when it is told to. */
async function holdingControl(t: Cleanable) {
  const folder = await temporaryFolder(t);
  const under: { readonly as: string; readonly answer: () => void }[] = [];
  const control = createHttpServer((request, response) => {
    const token = request.headers.authorization?.slice('Bearer '.length) ?? '';
    const name = /^good-([a-z]+)/.exec(token)?.[1];
    if (name !== undefined) response.setHeader('x-weir-caller', `person:${name}`);
    under.push({ as: token, answer: () => response.writeHead(name === undefined ? 401 : 200).end() });
  });
  const socket = path.join(folder, 'control.sock');
  await new Promise<void>((resolve) => control.listen(socket, resolve));
  t.after(async () => {
    control.close();
    control.closeAllConnections();
  });
  const { ask } = await start(t, null, socket);
  const get = (token: string, what = 'GET /v1/users') =>
    ask(`${what} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  /** Waits until so many are at control, and a little longer for one too many. */
  const reached = async (count: number): Promise<string[]> => {
    while (under.length < count) await new Promise((resolve) => setTimeout(resolve, 2));
    await new Promise((resolve) => setTimeout(resolve, 50));
    return under.map(({ as }) => as).sort();
  };
  const answerAll = async (answers: readonly Promise<string>[]): Promise<void> => {
    let done = false;
    const all = Promise.all(answers).finally(() => (done = true));
    while (!done) {
      under.splice(0).forEach(({ answer }) => answer());
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await all;
  };
  return { get, reached, answerAll };
}

test('requests of one caller take turns at control, whatever credentials they come with', async (t) => {
  const { get, reached, answerAll } = await holdingControl(t);
  const [first, second, quiet] = ['good-flooder-1', 'good-flooder-2', 'good-quiet-1'];
  await answerAll([first, second, quiet].map((token) => get(token)));
  const flood = Array.from({ length: 64 }, (_, i) => get(i % 2 === 0 ? first : second));
  assert.deepEqual(await reached(2), [first, second].sort());
  const other = get(quiet);
  assert.deepEqual(await reached(3), [first, second, quiet].sort());
  // Statements have turns of their own.
  const statement = get(first, 'POST /v1/query');
  assert.equal((await reached(4)).length, 4);
  await answerAll([...flood, other, statement]);
});

test('who is not known yet takes turns with their network, whatever they invent', async (t) => {
  const { get, reached, answerAll } = await holdingControl(t);
  await answerAll([get('good-quiet-1')]);
  const flood = Array.from({ length: 32 }, (_, i) => get(`invented-${i}`));
  assert.equal((await reached(2)).length, 2);
  const other = get('good-quiet-1');
  assert.ok((await reached(3)).includes('good-quiet-1'));
  await answerAll([...flood, other]);
});

test('a request that control traces has a step here, under the ids that control says, and nobody else can say them', async (t) => {
  const TRACE = '0af7651916cd43dd8448eb211c80319c';
  const folder = await temporaryFolder(t);
  const heard: (string | undefined)[] = [];
  const control = createHttpServer((request, response) => {
    heard.push(String(request.headers['x-weir-trace']));
    if (request.url === '/traced') response.setHeader('x-weir-trace', `${TRACE}-b7ad6b7169203331`);
    response.end('ok');
  });
  const socket = path.join(folder, 'control.sock');
  await new Promise<void>((resolve) => control.listen(socket, resolve));
  t.after(async () => void control.close());
  const spans: Span[] = [];
  const { ask } = await start(t, null, socket, (span) => spans.push(span));
  const get = (url: string, more = '') => ask(`GET ${url} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${more}\r\n`);
  assert.doesNotMatch(await get('/traced', `X-Weir-Trace: ${TRACE}-0000000000000001\r\n`), /x-weir-trace/i);
  await get('/untraced');
  assert.equal(new Set(heard).size, 2);
  for (const field of heard) assert.match(field ?? '', /^[0-9a-f]{32}-[0-9a-f]{16}$/);
  assert.equal(heard.includes(`${TRACE}-0000000000000001`), false);
  const [{ start: from, end, ...span } = assert.fail('no span')] = spans;
  assert.ok(end >= from);
  assert.deepEqual(
    [spans.length, span],
    [
      1,
      {
        service: 'gateway',
        traceId: TRACE,
        spanId: heard[0]?.slice(33),
        parentId: 'b7ad6b7169203331',
        name: 'GET',
        kind: 'server',
        attributes: { 'http.request.method': 'GET', 'http.response.status_code': 200, 'url.scheme': 'https' },
        error: null,
      },
    ],
  );
});

test('each answer is kept apart from pages, and pages of other origins are refused', async (t) => {
  const { ask, refused } = await start(t, null);
  const get = (...lines: string[]) =>
    ask(
      ['GET /v1/streams/climate HTTP/1.1', 'Host: weir.example.com', 'Connection: close', ...lines, '', ''].join(
        '\r\n',
      ),
    );
  for (const answer of [await get(), await get('Origin: https://weir.example.com')]) {
    assert.match(answer, /^HTTP\/1.1 401 /);
    assert.match(answer, /\r\nx-content-type-options: nosniff\r\n/i);
    assert.match(answer, /\r\nstrict-transport-security: max-age=/i);
    assert.doesNotMatch(answer, /access-control/i);
  }
  const other = await get('Origin: https://evil.example');
  assert.match(other, /^HTTP\/1.1 403 /);
  assert.match(other, /"reason":"origin"/);
  assert.deepEqual(refused, ['api origin']);
  const listed = await get('Origin: https://console.example.com');
  assert.match(listed, /\r\naccess-control-allow-origin: https:\/\/console.example.com\r\n/i);
});

test('a certificate that is shut out at an address is refused there, and its connections end by their ids', async (t) => {
  const { service, refused, told, ask, port } = await start(t, () => GOOD);
  service.shut('0B', ['127.0.0.1']);
  service.shut('0A', ['192.0.2.1']);
  assert.match(await ask(GET), /^HTTP\/1.1 405/);
  service.shut('0A', ['127.0.0.1']);
  assert.match(await ask(GET), /^HTTP\/1.1 403/);
  assert.deepEqual(refused, ['https clone']);
  assert.deepEqual(told.slice(0, 2), ['visited c1 truck-7 0A 127.0.0.1', 'left c1']);
  const closed = Promise.withResolvers<void>();
  const socket = connect(port, '127.0.0.1', () => socket.write(GET.replace('Connection: close\r\n', '')));
  socket.once('data', () => service.end(new Set(['c3'])));
  socket.once('close', closed.resolve);
  socket.on('error', () => {});
  await closed.promise;
});
