import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes, decodeUtf8 } from '#base/core/index.ts';
import { frozenClock } from '../../../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../../../test/support/make-template.ts';
import type { Services } from '../services.ts';
import { API_TEMPLATE, openApi, STATUS_EXAMPLE } from '../testing.ts';

test('GET /v1/status gives what the platform says of itself', async (t) => {
  const { call } = await openApi(t, { status: async () => ({ version: '1.2.3' }) as never });
  assert.deepEqual((await call('GET', '/v1/status')).json(), { version: '1.2.3' });
});

test('GET /v1/status is for who administers and for who monitors', async (t) => {
  for (const [may, status, users] of [
    ['monitor', 200, 403],
    ['administer', 200, 200],
    ['audit', 403, 403],
  ] as const) {
    const current = makeTemplate(API_TEMPLATE.replace(/may: \[audit,.*\]/, `may: [${may}]`));
    const templates = { current, plan: () => ({}), apply: async () => ({ proposal: null }) };
    const { call, identity, audit } = await openApi(t, { templates, status: async () => STATUS_EXAMPLE });
    const { token } = await identity.people.add('kim', ['keeper'], 'test');
    assert.equal((await call('GET', '/v1/status', { as: { token } })).status, status, may);
    if (status === 200) assert.equal(audit.events.at(-1)?.action, may);
    // What else there is to administer is not a monitor's.
    assert.equal((await call('GET', '/v1/users', { as: { token } })).status, users, may);
  }
});

test('GET /v1/streams lists the streams of the template in force', async (t) => {
  const { call, template } = await openApi(t);
  const { streams } = (await call('GET', '/v1/streams')).json() as { streams: { name: string }[] };
  assert.deepEqual(
    streams.map(({ name }) => name),
    [...template.streams.keys()],
  );
});

test('GET /v1/segments/columns gives the classes that are sealed', async (t) => {
  const columns = [{ segment: 'a', stream: 'climate', column: 'device', class: 'operational', domain: 'operational' }];
  const { call } = await openApi(t, { segmentColumns: async () => columns });
  assert.deepEqual((await call('GET', '/v1/segments/columns')).json(), { columns });
});

test('POST /v1/commands sends a command to the device that the decision was about', async (t) => {
  const sent: unknown[] = [];
  const send: Services['commands']['send'] = async (command) => {
    sent.push(command);
    return { id: 'c1', state: 'sent' };
  };
  const { call, audit } = await openApi(t, { commands: { send } });
  const body = { device: 'truck-1', name: 'fan/speed', payload: '3' };
  const answer = await call('POST', '/v1/commands', { body });
  assert.deepEqual([answer.status, answer.json()], [202, { id: 'c1', state: 'sent' }]);
  assert.deepEqual(sent, [{ ...body, retain: false }]);
  assert.deepEqual([audit.events.at(-1)?.action, audit.events.at(-1)?.resource], ['command', 'device:truck-1']);
  await call('POST', '/v1/commands', { body: { ...body, retain: true } });
  assert.deepEqual(sent.at(-1), { ...body, retain: true });
  const large = await call('POST', '/v1/commands', { body: { ...body, payload: 'x'.repeat(65_537) } });
  assert.equal(large.status, 400);
});

test('POST /v1/tables/:table hands the file on as it comes, whatever its type', async (t) => {
  const loaded: unknown[] = [];
  const load: Services['tables']['load'] = async (table, contentType, body) => {
    loaded.push([table, contentType, decodeUtf8(concatBytes(await Array.fromAsync(body)))]);
    return { rows: 2 };
  };
  const { call } = await openApi(t, { tables: { load, count: () => 3 } });
  assert.deepEqual((await call('GET', '/v1/tables/plants')).json(), { rows: 3 });
  for (const [type, text] of [
    ['text/csv', 'plant\na\nb\n'],
    ['application/json', '[{"plant":"a"},'],
  ] as const) {
    const answer = await call('POST', '/v1/tables/plants', { body: text, headers: { 'content-type': type } });
    assert.deepEqual([answer.status, answer.json()], [200, { rows: 2 }]);
    assert.deepEqual(loaded.at(-1), ['plants', type, text]);
  }
});

test('POST /v1/grants/import grants until the minutes are over', async (t) => {
  const clock = frozenClock();
  const granted: unknown[] = [];
  const { call, audit } = await openApi(t, {
    clock,
    grantImport: async ({ stream, devices, until }) => void granted.push([stream, devices, until - clock.now()]),
  });
  const body = { stream: 'climate', devices: ['truck-1'], minutes: 5 };
  const answer = await call('POST', '/v1/grants/import', { body });
  assert.deepEqual(answer.json(), { devices: 1, minutes: 5 });
  assert.deepEqual(granted, [['climate', ['truck-1'], 300_000_000]]);
  const [decided, told] = audit.events.slice(-2);
  assert.deepEqual([decided?.action, decided?.resource], ['replay', 'stream:climate']);
  assert.deepEqual([told?.action, told?.detail], ['grant-import', { devices: 1, minutes: 5 }]);
  for (const wrong of [{ minutes: 0 }, { minutes: 1_441 }, { devices: [] }]) {
    assert.equal((await call('POST', '/v1/grants/import', { body: { ...body, ...wrong } })).status, 400);
  }
  assert.equal(granted.length, 1);
});

test('POST /v1/prove hands on what is selected and by whom', async (t) => {
  const asked: unknown[] = [];
  const progress: ReturnType<Services['prover']['progress']> = {
    running: true,
    begun: '2026-01-01T00:00:00Z',
    brokeOff: false,
    of: 2,
    ended: [{ row: 31, id: 'tls', outcome: 'pass' }],
  };
  let kept: string | null = null;
  const prover: Services['prover'] = {
    lastBundle: async () => kept,
    prove: async (selection, caller) => {
      asked.push([selection, caller.subject.kind]);
      return { controls: [], bundle: 'b' };
    },
    progress: () => progress,
    verifierKeys: async () => ['k'],
  };
  const { call, audit } = await openApi(t, { prover });
  const selection = { rows: [31], ids: ['tls'] };
  assert.deepEqual((await call('POST', '/v1/prove', { body: selection })).json(), { controls: [], bundle: 'b' });
  assert.deepEqual(asked, [[selection, 'operator']]);
  assert.equal((await call('POST', '/v1/prove', { body: { rows: [99], ids: [] } })).status, 400);
  assert.deepEqual((await call('GET', '/v1/prove')).json(), progress);
  assert.equal((await call('GET', '/v1/prove', { as: 'nobody' })).status, 401);
  assert.deepEqual((await call('GET', '/v1/prove/keys', { as: 'nobody' })).json(), { keys: ['k'] });
  const none = await call('GET', '/v1/prove/last');
  assert.deepEqual([none.status, none.json()['code']], [404, 'API_EVIDENCE_UNKNOWN']);
  kept = 'SIGNED';
  assert.deepEqual((await call('GET', '/v1/prove/last')).json(), { bundle: 'SIGNED' });
  const { action, outcome, detail } = audit.events.at(-1) ?? {};
  assert.deepEqual([action, outcome, detail?.['reads']], ['prove', 'allowed', 'evidence'], 'that it was read');
  assert.equal((await call('GET', '/v1/prove/last', { as: 'nobody' })).status, 401);
});

test('GET /v1/quarantine passes filters on and bounds the page', async (t) => {
  const asked: unknown[] = [];
  const quarantine: Services['quarantine'] = {
    list: async (filter) => {
      asked.push(filter);
      return [];
    },
    show: async (id) => ({ id }),
  };
  const { call, audit } = await openApi(t, { quarantine });
  const cases: [string, object][] = [
    ['', { limit: 50 }],
    ['?limit=5&device=truck-1&stream=climate', { limit: 5, device: 'truck-1', stream: 'climate' }],
    ['?device=a&device=b', { limit: 50, device: 'a' }],
  ];
  for (const [query, expected] of cases) {
    assert.deepEqual((await call('GET', `/v1/quarantine${query}`)).json(), { readings: [] });
    assert.deepEqual(asked.at(-1), expected);
  }
  for (const query of ['limit=99999', 'limit=-1', 'limit=x', 'page=1']) {
    const answer = await call('GET', `/v1/quarantine?${query}`);
    assert.deepEqual([answer.status, answer.json()['code']], [400, 'API_QUERY_INVALID']);
  }
  assert.deepEqual((await call('GET', '/v1/quarantine/f.1.0')).json(), { id: 'f.1.0' });
  assert.equal(audit.events.at(-1)?.action, 'quarantine');
});

test('GET /v1/metrics gives counts to those who may monitor', async (t) => {
  const { call, identity } = await openApi(t, { status: async () => STATUS_EXAMPLE });
  await call('GET', '/v1/users');
  const answer = await call('GET', '/v1/metrics');
  assert.deepEqual([answer.status, answer.headers['content-type']], [200, 'text/plain; version=0.0.4; charset=utf-8']);
  assert.match(answer.text, /^weir_api_requests_total\{route="GET \/v1\/users",status="2xx"\} 1$/m);
  assert.match(answer.text, /^weir_readings_admitted_total 5$/m);
  const { token } = await identity.people.add('ada', ['scientist'], 'test');
  assert.equal((await call('GET', '/v1/metrics', { as: { token } })).status, 403);
});
