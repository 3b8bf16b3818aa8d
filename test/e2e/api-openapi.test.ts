import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { OpenApiChecker } from '../support/openapi-checker.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import type { TestPlatform } from '../support/running-platform.ts';

const TEMPLATE = `
devices: { truck: {} }
streams:
  climate:
    from: truck
    fields: { temperature: { type: number, unit: Cel, range: [-40, 60] } }
tables: { plants: { fields: { plant: { type: text } } } }
api: { contact: ['mailto:security@example.com'] }
people: { keeper: { query: [climate], may: [audit] } }
`;

/**
 * What is walked here to a success. Which tiles are full depends on how much the log holds; devices' certificates, keys,
 * credentials and sessions have end-to-end tests of their own.
 */
const WALKED =
  /^(get|post) (\/(healthz|readyz|\.well-known\/security)|\/v1\/(openapi|status|metrics|streams|segments|commands|tables|grants|prove|quarantine|template|quer|views|users$|audit\/(keys|checkpoint$|entries|proof)|devices(\/\{name\}(\/(certificate|disable|enable|speaks-for))?)?$))/;

interface Told {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly { key: string; value: Record<string, unknown> }[];
}

/** A collector of traces on loopback: what it was told, and how its sender showed who it is. */
async function startCollector() {
  const told: Told[] = [];
  const shown = new Set<string | undefined>();
  const server = createServer((asked, answer) => {
    void text(asked).then((body) => {
      shown.add(asked.headers['x-collector-key']?.toString());
      const { resourceSpans } = JSON.parse(body) as {
        resourceSpans: {
          resource: { attributes: [{ value: { stringValue: string } }] };
          scopeSpans: [{ spans: Omit<Told, 'service'>[] }];
        }[];
      };
      for (const { resource, scopeSpans } of resourceSpans) {
        const service = resource.attributes[0].value.stringValue;
        told.push(...scopeSpans[0].spans.map((span) => ({ service, ...span })));
      }
      answer.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const end = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { told, shown, url: `http://127.0.0.1:${port}/v1/traces`, [Symbol.dispose]: end };
}

async function sendAs(device: { key: string; cert: string; ca: string }, url: URL, body: string) {
  const reply = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const outgoing = request(url, { method: 'POST', ...device, agent: false, headers }, resolve);
    outgoing.once('error', reject).end(body);
  });
  return { status: reply.statusCode ?? 0, headers: reply.headers, body: await buffer(reply) };
}

test('every route answers as the OpenAPI document says, in success and in failure', async () => {
  using collector = await startCollector();
  const template = `${TEMPLATE}traces: { endpoint: '${collector.url}', headers: collector, sample: 0 }\n`;
  await using weir = await startTestPlatform(template);
  await writeFile(join(weir.layout.traces, 'collector'), 'x-collector-key: k\n');
  const checker = new OpenApiChecker((await weir.call('GET', '/v1/openapi.json')).json());
  /** Calls and checks; gives the answer's JSON where it has some. */
  const ask = async (operation: string, path: string, body?: unknown, type = 'application/json') => {
    const [method = ''] = operation.split(' ');
    const headers = { 'content-type': type };
    const options = body === undefined ? {} : { body, headers };
    const answer = await weir.call(method.toUpperCase(), path, options);
    checker.check(operation, answer);
    return answer;
  };
  const same = (operation: string, body?: unknown) => ask(operation, operation.split(' ')[1] ?? '', body);

  await same('get /v1/openapi.json');
  await same('get /v1/status');
  for (const path of [
    '/v1/metrics',
    '/v1/template',
    '/v1/template/versions',
    '/v1/keys',
    '/v1/crypto',
    '/v1/crypto/cbom',
    '/healthz',
    '/readyz',
    '/.well-known/security.txt',
  ]) {
    assert.equal((await same(`get ${path}`)).status, 200, path);
  }
  await same('get /v1/streams');
  // Devices, with one that sends.
  const truck = await ask('post /v1/devices', '/v1/devices', { name: 'truck-1', type: 'truck', days: 1 });
  const { key, certificate, authority } = truck.json<Record<'key' | 'certificate' | 'authority', string>>();
  await ask('post /v1/devices', '/v1/devices', { name: 'truck-1', type: 'truck' });
  await ask('post /v1/devices', '/v1/devices', { name: 1 });
  await same('get /v1/devices');
  await ask('get /v1/devices/{name}', '/v1/devices/truck-1');
  await ask('get /v1/devices/{name}', '/v1/devices/none');
  await ask('post /v1/devices/{name}/certificate', '/v1/devices/truck-1/certificate', { days: 2 });
  await ask('post /v1/devices/{name}/disable', '/v1/devices/truck-1/disable');
  await ask('post /v1/devices/{name}/enable', '/v1/devices/truck-1/enable');
  await ask('post /v1/devices/{name}/speaks-for', '/v1/devices/truck-1/speaks-for', { types: [] });
  const device = { key, cert: certificate, ca: authority };
  const send = async (body: string) => {
    const answer = await sendAs(device, new URL('/v1/streams/climate', weir.platform.address.https), body);
    checker.check('post /v1/streams/{stream}', answer);
    return answer.status;
  };
  assert.equal(await send('{"temperature": 4, "seq": 1}'), 202);
  assert.equal(await send('{"temperature": 4, "seq": 1}'), 200);
  assert.equal(await send('[{"temperature": 5}, {"temperature": 500}]'), 207);
  assert.equal(await send('{"temperature": 500}'), 422);
  assert.equal(await send('{'), 400);
  // Queries.
  await same('get /v1/views');
  await ask('get /v1/views', '/v1/views?purpose=none');
  await ask('get /v1/views/{view}', '/v1/views/climate?limit=1');
  await ask('get /v1/views/{view}', '/v1/views/climate?limit=-1');
  await ask('get /v1/views/{view}', '/v1/views/nothing');
  for (const format of ['json', 'csv', 'table', 'ndjson', 'arrow', 'parquet']) {
    await ask('post /v1/query', `/v1/query?format=${format}`, { sql: 'select temperature from climate' });
  }
  await ask('post /v1/query', '/v1/query?format=xlsx', { sql: 'select 1' });
  await ask('post /v1/query', '/v1/query', { sql: 'drop table climate' });
  const ran = await ask('post /v1/query', '/v1/query', { sql: 'select 1' });
  await ask('get /v1/queries/{id}', `/v1/queries/${String(ran.headers['weir-query-id'])}`);
  await ask('get /v1/queries/{id}', '/v1/queries/none');
  const bound = await ask('post /v1/query', '/v1/query', { sql: 'select temperature from climate', receipt: true });
  await ask('get /v1/queries/{id}/receipt', `/v1/queries/${String(bound.headers['weir-query-id'])}/receipt`);
  await ask('get /v1/queries/{id}/receipt', '/v1/queries/none/receipt');
  await ask('post /v1/keys/unwrap', '/v1/keys/unwrap', { wrappedKey: 'none' });
  await ask('post /v1/datasets', '/v1/datasets', { name: 'cold', from: 'climate' });
  await ask('post /v1/datasets', '/v1/datasets', { name: 'cold' });
  await same('get /v1/datasets');
  await ask('get /v1/datasets/{name}', '/v1/datasets/cold');
  await ask('get /v1/datasets/{name}/lineage', '/v1/datasets/cold/lineage');
  await ask('get /v1/datasets/{name}/rows', '/v1/datasets/cold/rows?format=csv');
  await ask('post /v1/datasets/{name}/credential', '/v1/datasets/cold/credential', { minutes: 1 });
  await ask('post /v1/datasets/{name}/delete', '/v1/datasets/cold/delete', { version: 1 });
  await ask('get /v1/datasets/{name}', '/v1/datasets/none');
  // People, tables, grants, commands, quarantine.
  const added = await ask('post /v1/users', '/v1/users', { name: 'ada', roles: ['keeper'] });
  const { user } = added.json<{ user: { id: string } }>();
  for (const verb of ['disable', 'enable', 'token']) {
    await ask(`post /v1/users/{id}/${verb}`, `/v1/users/${user.id}/${verb}`);
  }
  await same('get /v1/users');
  await ask('post /v1/tables/{table}', '/v1/tables/plants', 'plant\na\n', 'text/csv');
  await ask('post /v1/tables/{table}', '/v1/tables/plants', 'x', 'text/html');
  await ask('get /v1/tables/{table}', '/v1/tables/plants');
  await same('post /v1/grants/import', { stream: 'climate', devices: ['truck-1'], minutes: 1 });
  await same('post /v1/commands', { device: 'truck-1', name: 'go', payload: '' });
  const [kept] = await eventually(
    async () => (await same('get /v1/quarantine')).json<{ readings: { id: string }[] }>().readings,
    (readings) => readings.length > 0,
  );
  await ask('get /v1/quarantine/{id}', `/v1/quarantine/${kept?.id}`);
  await ask('get /v1/quarantine', '/v1/quarantine?limit=x');
  // Template, proofs, log.
  const source = { path: 'a.yaml', text: `template: 1\nname: test\n${template}`, files: {} };
  await same('post /v1/template/plan', source);
  await same('post /v1/template/plan', { ...source, text: 'x' });
  await same('post /v1/template/apply', { ...source, text: `${source.text}region: eu\n` });
  await same('get /v1/segments/columns');
  await same('post /v1/prove', { rows: [], ids: ['only-declared-listeners'] });
  await same('get /v1/prove');
  await same('get /v1/prove/last');
  await same('get /v1/prove/keys');
  for (const name of ['keys', 'checkpoint', 'entries']) await same(`get /v1/audit/${name}`);
  await same('get /v1/audit/checkpoint.witnessed');
  await ask('get /v1/audit/entries', '/v1/audit/entries?from=-1');
  await ask('get /v1/audit/proof/{index}', '/v1/audit/proof/0');
  await ask('get /v1/audit/tile/{rest}', '/v1/audit/tile/9/000');
  await ask('get /v1/audit/tile/{rest}', '/v1/audit/tile/0/000.p/1');
  await ask('get /v1/audit/tile/entries/{rest}', '/v1/audit/tile/entries/000.p/1');
  const entries = (await ask('get /v1/audit/entries', '/v1/audit/entries?limit=1000')).json<{
    entries: { event: { action: string; digest?: string } }[];
  }>();
  const statement = entries.entries.findLast(({ event }) => event.action === 'query' && event.digest !== undefined);
  await ask('get /v1/audit/statements/{digest}', `/v1/audit/statements/${statement?.event.digest}`);

  await assertTraced(weir, collector);

  const unseen = checker.operations.filter((operation) => WALKED.test(operation) && !checker.succeeded.has(operation));
  assert.deepEqual(unseen, []);
});

const OURS = '0af7651916cd43dd8448eb211c80319c';
const THEIRS = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = 'b7ad6b7169203331';

/** The way of one statement from gateway to query process, in the trace of a caller who may say so. */
async function assertTraced(weir: TestPlatform, { told, shown }: Awaited<ReturnType<typeof startCollector>>) {
  const ask = (token: string | null, trace: string, sql: string) =>
    weir.call('POST', '/v1/query', {
      ...(token === null ? {} : { token }),
      body: { sql, parameters: ['secret-parameter'] },
      headers: { traceparent: `00-${trace}-${PARENT}-01` },
    });
  const { token } = await weir.ask<{ token: string }>('POST', '/v1/users', {
    body: { name: 'eve', roles: ['keeper'] },
  });
  const sql = "select count(*) from climate where ? <> 'secret-literal'";
  assert.equal((await ask(token, THEIRS, sql)).status, 200);
  assert.equal((await ask(null, OURS, sql)).status, 200);
  await eventually(
    async () => new Set(told.map(({ name }) => name)),
    (names) => names.has('run') && names.has('POST') && names.has('POST /v1/query'),
  );
  const spans = Object.fromEntries(told.map((span) => [span.name, span]));
  const parentOf = (name: string) => told.find(({ spanId }) => spanId === spans[name]?.parentSpanId)?.name;
  assert.equal(spans['POST']?.parentSpanId, PARENT);
  const names = ['POST /v1/query', 'statement', 'admit', 'plan', 'execute', 'run'];
  assert.deepEqual(
    names.map((name) => [spans[name]?.service, parentOf(name)]),
    [
      ['weir-control', 'POST'],
      ['weir-control', 'POST /v1/query'],
      ['weir-control', 'statement'],
      ['weir-control', 'statement'],
      ['weir-control', 'statement'],
      ['weir-query', 'execute'],
    ],
  );
  assert.deepEqual(spans['statement']?.attributes.find(({ key }) => key === 'db.query.summary')?.value, {
    stringValue: 'SELECT climate',
  });
  // Nobody else's trace goes on here, and nothing is told of what was asked.
  assert.deepEqual([...new Set(told.map(({ traceId }) => traceId))], [OURS]);
  assert.doesNotMatch(JSON.stringify(told), /secret|eve|person:|127\.0\.0/);
  assert.deepEqual([...shown], ['k']);
  assert.match(
    (await weir.call('GET', '/v1/metrics')).body.toString(),
    /weir_trace_spans_total\{outcome="exported"\} [1-9]/,
  );
}
