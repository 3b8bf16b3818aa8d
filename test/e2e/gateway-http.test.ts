import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { writeFileSync } from 'node:fs';
import { DEVICE_FLAG } from '#trust/identity/index.ts';
import { requireProgram } from '../support/outside.ts';
import { disposableFolder } from '../support/tmp.ts';
import { DEPLOYMENT, startGateway, until } from './gateway-harness.ts';
import type { GatewayHarness } from './gateway-harness.ts';
import type { Credential } from './gateway-pki.ts';
import { run, start } from './gateway-run.ts';

interface Answer {
  readonly status: number;
  readonly headers: string;
  readonly body: Record<string, unknown>;
}

async function curl(
  t: Parameters<typeof requireProgram>[0],
  { worker, authority }: GatewayHarness,
  credential: Credential | null,
  url: string,
  args: readonly string[] = [],
  input?: string | Buffer,
  port: number = worker.ports.https,
): Promise<Answer> {
  const own = credential === null ? [] : ['--cert', credential.certificate, '--key', credential.key];
  const all = ['-s', '-S', '-i', '--cacert', authority.certificate, ...own, ...args];
  const { output, stdout, code } = await run(
    requireProgram(t, 'curl'),
    [...all, `https://localhost:${port}${url}`],
    input,
  );
  assert.equal(code, 0, output);
  const parts = stdout.split('\r\n\r\n').filter((part) => !part.startsWith('HTTP/1.1 100'));
  const [headers = '', ...body] = parts;
  const text = body.join('\r\n\r\n').trim();
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(headers)?.[1]),
    headers: headers.toLowerCase(),
    body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : { text },
  };
}

const post = (type: string, body = '@-') => ['-H', `content-type: ${type}`, '--data-binary', body];
const JSON_TYPE = 'application/json';

test('curl posts one reading, an array, NDJSON and SenML, and hears the outcome of each', async (t) => {
  const gateway = await startGateway(t);
  const truck = gateway.enrol('truck-7');
  const send = (type: string, input: string | Buffer, more: readonly string[] = []) =>
    curl(t, gateway, truck, '/v1/streams/climate', [...post(type), ...more], input);
  const one = await send(JSON_TYPE, '{"temperature": 1}');
  assert.equal(one.status, 202);
  assert.deepEqual(one.body, { stored: 1, refused: 0, outcomes: [{ index: 0, outcome: 'admitted' }] });
  const mixed = await send(JSON_TYPE, '[{"temperature": 2}, {"temperature": 99}, {"temperature": 3}]');
  assert.equal(mixed.status, 207);
  assert.deepEqual(mixed.body['outcomes'], [
    { index: 0, outcome: 'admitted' },
    { index: 1, outcome: 'range', place: 'temperature', expected: 'from -40 to 60' },
    { index: 2, outcome: 'admitted' },
  ]);
  const lines = await send('application/x-ndjson', '{"temperature": 4}\n\n{"temperature": 5}\r\n{"temperature": 6}');
  assert.equal(lines.body['stored'], 3);
  const senml = await send('application/senml+json', '[{"n":"temperature","v":7,"t":1767225600}]');
  assert.equal(senml.body['stored'], 1, JSON.stringify(senml.body));
  const zipped = await send(JSON_TYPE, gzipSync('{"temperature": 8}'), ['-H', 'content-encoding: gzip']);
  assert.equal(zipped.status, 202);
  const zstd = await send(JSON_TYPE, zstdCompressSync('{"temperature": 9}'), ['-H', 'content-encoding: zstd']);
  assert.equal(zstd.status, 202);
  assert.deepEqual(gateway.journal.values('climate', 'temperature'), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('refusals are problem documents', async (t) => {
  const gateway = await startGateway(t);
  const truck = gateway.enrol('truck-7');
  const hub = gateway.enrol('hub-1', 'hub');
  const cases: [number, string, Credential | null, string, readonly string[], string][] = [
    [422, 'range', truck, '/v1/streams/climate', post(JSON_TYPE), '{"temperature": 99}'],
    [400, 'decode', truck, '/v1/streams/climate', post(JSON_TYPE), '{"temperature":'],
    [404, 'not-a-stream', truck, '/v1/streams/nothing', post(JSON_TYPE), '{}'],
    [415, 'format', truck, '/v1/streams/climate', post('image/png'), '{}'],
    [415, 'format', truck, '/v1/streams/climate', [...post(JSON_TYPE), '-H', 'content-encoding: br'], '{}'],
    [400, 'decode', truck, '/v1/streams/climate', [...post(JSON_TYPE), '-H', 'content-encoding: gzip'], 'no gzip'],
    [404, 'unknown-device', hub, '/v1/streams/climate?device=truck-8', post(JSON_TYPE), '{"temperature": 1}'],
    [403, 'not-allowed', truck, '/v1/streams/climate?device=hub-1', post(JSON_TYPE), '{"temperature": 1}'],
    [400, 'query', truck, '/v1/streams/climate?x=1', post(JSON_TYPE), '{}'],
    [405, 'method', truck, '/v1/streams/climate', [], ''],
    [401, 'no-certificate', null, '/v1/streams/climate', post(JSON_TYPE), '{}'],
    [400, 'empty', truck, '/v1/streams/climate', post('application/x-ndjson'), '\n'],
  ];
  for (const [status, reason, credential, url, args, input] of cases) {
    const answer = await curl(t, gateway, credential, url, args, input);
    assert.deepEqual([answer.status, answer.body['reason']], [status, reason], JSON.stringify(answer.body));
    assert.match(answer.headers, /content-type: application\/problem\+json/);
  }
  const ok = await curl(t, gateway, hub, '/v1/streams/climate?device=truck-7', post(JSON_TYPE), '{"temperature": 1}');
  assert.equal(ok.status, 202);
  assert.deepEqual(gateway.journal.values('climate', 'via'), ['hub-1']);
});

test('a flood hears 429 with Retry-After, and a full journal 503', async (t) => {
  const gateway = await startGateway(t);
  const truck = gateway.enrol('truck-7');
  const send = () => curl(t, gateway, truck, '/v1/streams/slow', post(JSON_TYPE), '{"n":1}');
  assert.equal((await send()).status, 202);
  const flooded = await send();
  assert.equal(flooded.status, 429);
  assert.match(flooded.headers, /retry-after: 3600/);
  gateway.journal.failing = new Error('no room');
  const full = await curl(t, gateway, truck, '/v1/streams/climate', post(JSON_TYPE), '{"temperature": 1}');
  assert.equal(full.status, 503);
  assert.match(full.headers, /retry-after: 1/);
  gateway.journal.failing = null;
  assert.equal(
    (await curl(t, gateway, truck, '/v1/streams/climate', post(JSON_TYPE), '{"temperature": 1}')).status,
    202,
  );
});

test('bodies are bounded before and after decompression, and so are their readings', async (t) => {
  const gateway = await startGateway(t, { limits: 'limits: {decompressed: 64KiB, batch-readings: 100}\n' });
  const truck = gateway.enrol('truck-7');
  const send = (type: string, input: Buffer, more: readonly string[] = []) =>
    curl(t, gateway, truck, '/v1/streams/climate', [...post(type), ...more], input);
  const bomb = Buffer.alloc(50_000_000, 0x20);
  for (const [encoding, packed] of [
    ['gzip', gzipSync(bomb)],
    ['zstd', zstdCompressSync(bomb)],
  ] as const) {
    const answer = await send(JSON_TYPE, packed, ['-H', `content-encoding: ${encoding}`]);
    assert.deepEqual([answer.status, answer.body['reason']], [413, 'size'], encoding);
  }
  const many = Buffer.from('{"temperature":1}\n'.repeat(101));
  const answer = await send('application/x-ndjson', many);
  assert.equal(answer.body['reason'] ?? 'none', 'too-many-readings');
  assert.equal(
    (await send('application/x-ndjson', Buffer.from('{"temperature":1}\n'.repeat(100)))).body['stored'],
    100,
  );
});

test('a long NDJSON body is decided about while it comes', async (t) => {
  const gateway = await startGateway(t, { limits: 'limits: {batch-readings: 200000, decompressed: 16MiB}\n' });
  const truck = gateway.enrol('truck-7');
  const lines = Array.from({ length: 60_000 }, (_, i) => `{"temperature":${i % 60},"seq":${i}}\n`).join('');
  const answer = await curl(t, gateway, truck, '/v1/streams/climate', post('application/x-ndjson'), lines);
  assert.deepEqual([answer.body['stored'], answer.body['refused']], [60_000, 0]);
  assert.equal(gateway.journal.rows('climate'), 60_000);
});

test('each request is decided anew: a disabled device is refused on a connection that is open', async (t) => {
  const gateway = await startGateway(t);
  const truck = gateway.enrol('truck-7');
  const first = await curl(t, gateway, truck, '/v1/streams/climate', post(JSON_TYPE), '{"temperature": 1}');
  assert.equal(first.status, 202);
  gateway.table.setFlags(0, DEVICE_FLAG.disabled);
  const second = await curl(t, gateway, truck, '/v1/streams/climate', post(JSON_TYPE), '{"temperature": 1}');
  assert.deepEqual([second.status, second.body['reason']], [403, 'not-allowed']);
  await until('the reason', () => gateway.reasons()['disabled'] === 1);
});

test('all else goes to control with an identity that nobody can forge', async (t) => {
  await using place = await disposableFolder();
  const socket = path.join(place.path, 'c.sock');
  const seen: { url: string; headers: IncomingMessage['headers']; body: string }[] = [];
  const aborted: string[] = [];
  const control = createServer((request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    response.once('close', () => {
      if (!response.writableFinished) aborted.push(request.url ?? '');
    });
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      seen.push({ url: request.url ?? '', headers: request.headers, body });
      if (request.url === '/v1/forever') {
        response.write('begin');
        return;
      }
      response.writeHead(201, {
        'x-answer': 'yes',
        'content-type': 'text/plain',
        connection: 'x-private',
        'x-private': 'no',
      });
      response.end('from control');
    });
  });
  await new Promise<void>((resolve) => control.listen(socket, resolve));
  t.after(async () => {
    control.closeAllConnections();
    control.close();
  });
  const gateway = await startGateway(t, { controlSocket: socket });
  const truck = gateway.enrol('truck-7');
  const operator = gateway.authority.issue('operator', { san: `URI:urn:weir:${DEPLOYMENT}:client:operator` });
  const forged = [
    '-H',
    'X-Weir-Identity: {"kind":"client","name":"root"}',
    '-H',
    'x_weir_identity: x',
    '-H',
    'X-Forwarded-For: 10.0.0.1',
    '-H',
    'Authorization: Bearer abc',
    '-H',
    'Connection: x-hop',
    '-H',
    'X-Hop: 1',
  ];
  const identities: [Credential | null, number, object][] = [
    [truck, gateway.worker.ports.https, { kind: 'device', name: 'truck-7', listener: 'https' }],
    [operator, gateway.worker.ports.https, { kind: 'client', name: 'operator', listener: 'https' }],
    [null, gateway.worker.ports.https, { kind: 'none', name: null, listener: 'https' }],
    [operator, gateway.worker.ports.api, { kind: 'none', name: null, listener: 'api' }],
  ];
  for (const [credential, port, expected] of identities) {
    const args = [...forged, ...post('text/plain')];
    const answer = await curl(t, gateway, credential, '/v1/query?x=1', args, 'hello', port);
    assert.equal(answer.status, 201);
    assert.equal(answer.body['text'], 'from control');
    assert.match(answer.headers, /x-answer: yes/);
    assert.doesNotMatch(answer.headers, /x-private/);
    const { headers, body, url } = seen.at(-1)!;
    assert.deepEqual([url, body], ['/v1/query?x=1', 'hello']);
    const stated = JSON.parse(String(headers['x-weir-identity'])) as Record<string, unknown>;
    assert.partialDeepStrictEqual(stated, { ...expected, address: '127.0.0.1' });
    assert.equal(headers.authorization, 'Bearer abc');
    for (const name of ['x-forwarded-for', 'x-hop', 'x_weir_identity']) assert.equal(headers[name], undefined);
  }
  const forever = `https://localhost:${gateway.worker.ports.api}/v1/forever`;
  const leaving = start(t, requireProgram(t, 'curl'), ['-s', '--cacert', gateway.authority.certificate, forever]);
  await until('the caller is there', () => seen.some(({ url }) => url === '/v1/forever'));
  await leaving.stop();
  await until('control hears that the caller left', () => aborted.includes('/v1/forever'));
  const old = gateway.authority.issue('old', {
    san: `URI:urn:weir:${DEPLOYMENT}:client:operator`,
    notBefore: '20200101000000Z',
    notAfter: '20210101000000Z',
  });
  assert.equal((await curl(t, gateway, old, '/v1/query')).status, 403);
});

test('without control the answer is 503', async (t) => {
  const gateway = await startGateway(t);
  const answer = await curl(t, gateway, null, '/v1/status');
  assert.deepEqual([answer.status, answer.body['reason']], [503, 'unavailable']);
});

test('a large file streams to control and back', async (t) => {
  await using place = await disposableFolder();
  const socket = path.join(place.path, 'c.sock');
  const control = createServer((request, response) => request.pipe(response));
  await new Promise<void>((resolve) => control.listen(socket, resolve));
  t.after(async () => void control.close());
  const gateway = await startGateway(t, { controlSocket: socket });
  const file = path.join(place.path, 'large');
  const large = Buffer.alloc(20_000_000, 'abcdefgh');
  writeFileSync(file, large);
  const back = path.join(place.path, 'back');
  const { code, output } = await run(requireProgram(t, 'curl'), [
    '-s',
    '-S',
    '--cacert',
    gateway.authority.certificate,
    '-H',
    'Transfer-Encoding: chunked',
    '-T',
    file,
    '-o',
    back,
    `https://localhost:${gateway.worker.ports.api}/v1/echo`,
  ]);
  assert.equal(code, 0, output);
  const { readFileSync } = await import('node:fs');
  assert.ok(readFileSync(back).equals(large));
});
