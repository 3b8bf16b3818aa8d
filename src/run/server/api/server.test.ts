import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { days, millis, PlatformError, systemClock } from '#base/core/index.ts';
import { signRequest } from '#base/crypto/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { API_TEMPLATE, openApi } from './testing.ts';
import type { ApiAnswer } from './testing.ts';
import type { Queries, Services } from './services.ts';

const BROKEN = new PlatformError('QUERY_FAILED', 'Cannot go on: it broke');

/** Queries that answer with these parts; an error among them is thrown in its place. */
function queriesOf(parts: readonly (string | Error)[]): { queries: Queries; signals: AbortSignal[] } {
  const signals: AbortSignal[] = [];
  const queries: Queries = {
    run: async (_caller, _request, signal) => {
      signals.push(signal);
      const stream = async function* () {
        for (const part of parts) {
          if (part instanceof Error) throw part;
          yield Buffer.from(part);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      };
      return { contentType: 'text/csv', parts: stream(), headers: { 'weir-query-id': 'q1' } };
    },
    describe: async () => [],
    outcome: () => null,
  };
  return { queries, signals };
}

function assertProblem(answer: ApiAnswer, status: number, code: string): void {
  assert.deepEqual(
    [answer.status, answer.headers['content-type'], answer.json()['code'], answer.json()['status']],
    [status, 'application/problem+json; charset=utf-8', code, status],
  );
}

test('makeApi() knows nobody without a valid credential, tells all alike, and has the reason counted', async (t) => {
  const { call, refused, audit, identity } = await openApi(t);
  const { person, token } = await identity.people.add('ada', ['keeper'], 'test');
  await identity.people.disable(person.id, 'test');
  const before = audit.events.length;
  const bodies = new Set<string>();
  for (const as of ['nobody', { token: 'x' }, { token }, 'past-the-gateway'] as const) {
    const answer = await call('GET', '/v1/users', { as });
    assertProblem(answer, 401, 'API_UNAUTHENTICATED');
    assert.equal(answer.headers['www-authenticate'], 'Bearer');
    if (as !== 'past-the-gateway') bodies.add(answer.text);
  }
  assert.equal(bodies.size, 1);
  assert.deepEqual(refused, [
    ['192.0.2.7', 'no-credential', 'anonymous'],
    ['192.0.2.7', 'malformed', 'anonymous'],
    ['192.0.2.7', 'disabled', 'anonymous'],
  ]);
  assert.equal(audit.events.length, before);
});

test('makeApi() takes no identity that the gateway cannot have written', async (t) => {
  const { call } = await openApi(t);
  for (const header of ['', 'operator', '{"kind":"root","name":"operator"}', '[]', 'null']) {
    const answer = await call('GET', '/v1/users', { headers: { 'x-weir-identity': header } });
    assertProblem(answer, 401, 'API_UNAUTHENTICATED');
  }
});

test('makeApi() answers devices with 403, named to the tally', async (t) => {
  const { call, refused } = await openApi(t);
  assertProblem(await call('GET', '/v1/views', { as: 'device' }), 403, 'API_FORBIDDEN');
  assert.deepEqual(refused, [['192.0.2.7', 'not-for-devices', 'device:truck-1']]);
});

test('makeApi() asks who it is before it reads the body', async (t) => {
  const { call } = await openApi(t);
  const answer = await call('POST', '/v1/users', { as: 'nobody', body: 'no json' });
  assertProblem(answer, 401, 'API_UNAUTHENTICATED');
});

test('makeApi() refuses bodies that are not of the form of the route, before it decides', async (t) => {
  const { call, audit } = await openApi(t);
  const before = audit.events.length;
  const bodies: unknown[] = ['', '{', '[]', {}, { name: 1, roles: [] }, { name: 'a', roles: [], more: 1 }];
  for (const body of bodies) {
    assertProblem(await call('POST', '/v1/users', { body }), 400, 'API_BODY_INVALID');
  }
  const { hint } = (await call('POST', '/v1/users', { body: {} })).json();
  assert.match(String(hint), /it must have `name`, `roles`/);
  const headers = { 'content-type': 'text/plain' };
  assertProblem(await call('POST', '/v1/users', { body: '{}', headers }), 400, 'API_BODY_INVALID');
  const large = { name: 'a', roles: ['x'.repeat(5 * 1_048_576)] };
  assertProblem(await call('POST', '/v1/users', { body: large }), 400, 'API_BODY_INVALID');
  // The connection stays: the gateway would take its end for a fault, and lose the answer.
  for (const body of ['{', large, '\0']) {
    const answer = await call('POST', '/v1/users', { body, headers: { connection: 'keep-alive' } });
    assertProblem(answer, 400, 'API_BODY_INVALID');
    assert.notEqual(answer.headers.connection, 'close');
  }
  assert.equal(audit.events.length, before);
});

test('makeApi() denies what no rule grants, with an entry and without a word of why', async (t) => {
  const { call, audit, identity } = await openApi(t);
  const { token, person } = await identity.people.add('ada', ['scientist'], 'test');
  const answer = await call('GET', '/v1/audit/entries', { as: { token } });
  assertProblem(answer, 403, 'POLICY_DENIED');
  assert.doesNotMatch(answer.text, /default-deny|not-granted/);
  assert.deepEqual(audit.events.at(-1), {
    actor: `person:${person.id}`,
    action: 'audit',
    resource: 'platform:*',
    outcome: 'denied',
    reason: 'not-granted',
    detail: { rule: 'default-deny' },
  });
});

test('makeApi() logs what it allows before the handler runs, and runs none that it cannot log', async (t) => {
  const seen: (string | undefined)[] = [];
  const { call, audit } = await openApi(t, {
    segmentColumns: async () => {
      seen.push(audit.events.at(-1)?.outcome);
      return [];
    },
  });
  assert.equal((await call('GET', '/v1/segments/columns')).status, 200);
  assert.deepEqual(seen, ['allowed']);
  audit.broken = true;
  assert.equal((await call('GET', '/v1/segments/columns')).status, 503);
  assert.deepEqual(seen, ['allowed']);
});

test('makeApi() serves what is open without asking who it is', async (t) => {
  const auditReader = { verifierKeys: ['a+1+b'] } as unknown as Services['auditReader'];
  const { call, audit } = await openApi(t, { auditReader });
  const before = audit.events.length;
  const answer = await call('GET', '/v1/audit/keys', { as: 'past-the-gateway' });
  assert.deepEqual([answer.status, answer.json()], [200, { keys: ['a+1+b'] }]);
  assert.equal(audit.events.length, before);
});

test('makeApi() answers unknown routes and broken paths with a problem', async (t) => {
  const { call } = await openApi(t);
  for (const [method, path] of [
    ['GET', '/v1/nothing'],
    ['GET', '/'],
  ] as const) {
    assertProblem(await call(method, path), 404, 'API_ROUTE_UNKNOWN');
  }
  for (const [method, path, allow] of [
    ['DELETE', '/v1/users', 'GET, HEAD, POST'],
    ['POST', '/v1/status?x=1', 'GET, HEAD'],
    ['TRACE', '/v1/devices/reefer-1', 'GET, HEAD'],
  ] as const) {
    const answer = await call(method, path);
    assertProblem(answer, 405, 'API_METHOD_UNKNOWN');
    assert.equal(answer.headers['allow'], allow);
  }
  assertProblem(await call('GET', '/v1/devices/%zz'), 400, 'API_BODY_INVALID');
  for (const length of [101, 4_000]) {
    const answer = await call('GET', `/v1/devices/${'x'.repeat(length)}`);
    assertProblem(answer, 404, 'API_ROUTE_UNKNOWN');
    assert.doesNotMatch(answer.text, /xxx/);
  }
  for (const path of ['/ocsp', '/v1/nothing']) assertProblem(await call('QUERY', path), 400, 'API_BODY_INVALID');
});

test('makeApi() shows nothing of a fault, and logs it', async (t) => {
  const { call, errors } = await openApi(t, {
    segmentColumns: async () => {
      throw new TypeError('secret at /srv/x.ts');
    },
  });
  const answer = await call('GET', '/v1/segments/columns');
  assertProblem(answer, 500, 'API_INTERNAL');
  assert.doesNotMatch(answer.text, /secret|srv/);
  assert.deepEqual(errors, ['request failed']);
});

test('makeApi() names a time to come again where it has too much to do', async (t) => {
  const { call } = await openApi(t, {
    segmentColumns: async () => {
      throw new PlatformError('SERVER_QUERY_BUSY', 'Cannot run: too many do');
    },
  });
  const answer = await call('GET', '/v1/segments/columns');
  assertProblem(answer, 429, 'SERVER_QUERY_BUSY');
  assert.equal(answer.headers['retry-after'], '1');
});

test('makeApi() hands a body on as it came: numbers and nulls do not become text', async (t) => {
  const asked: unknown[] = [];
  const { queries } = queriesOf([]);
  const run: Queries['run'] = (caller, request, signal) => {
    asked.push(request.parameters);
    return queries.run(caller, request, signal);
  };
  const { call } = await openApi(t, { queries: { ...queries, run } });
  const parameters = [1, 1.5, null, true, 'x', ['a', 2]];
  assert.equal((await call('POST', '/v1/query', { body: { sql: 'select 1', parameters } })).status, 200);
  assert.deepEqual(asked, [parameters]);
});

const ask = { body: { sql: 'select 1' } };

test('makeApi() streams a result with its headers', async (t) => {
  const { queries } = queriesOf(['a,b\n', '1,2\n']);
  const { call } = await openApi(t, { queries, clock: systemClock });
  const answer = await call('POST', '/v1/query', ask);
  assert.deepEqual([answer.status, answer.text, answer.broken], [200, 'a,b\n1,2\n', false]);
  assert.deepEqual([answer.headers['content-type'], answer.headers['weir-query-id']], ['text/csv', 'q1']);
});

test('makeApi() answers with a problem where a result fails before its first part', async (t) => {
  const { queries } = queriesOf([BROKEN]);
  const { call } = await openApi(t, { queries });
  assertProblem(await call('POST', '/v1/query', ask), 422, 'QUERY_FAILED');
});

test('makeApi() breaks off an answer whose result fails midway', async (t) => {
  const { queries, signals } = queriesOf(['a,b\n', BROKEN]);
  const { call } = await openApi(t, { queries });
  const answer = await call('POST', '/v1/query', ask);
  assert.deepEqual([answer.status, answer.broken], [200, true]);
  assert.equal(signals.length, 1);
});

const LIMITED = `${API_TEMPLATE}limits: { caller-requests: 5, route-requests: 2, stranger-requests: 3 }\n`;

/** An API whose limits are soon used up, on a clock that stands still. */
async function openLimited(t: Parameters<typeof openApi>[0]) {
  const current = makeTemplate(LIMITED);
  const templates = { current, plan: () => ({}), apply: async () => ({ proposal: null }) };
  const clock = frozenClock();
  const opened = await openApi(t, { templates, clock, segmentColumns: async () => [] });
  return { ...opened, clock };
}

test('makeApi() tells each caller what is left, and refuses what is too much until it may come again', async (t) => {
  const { call, clock, audit, denials } = await openLimited(t);
  const first = await call('GET', '/v1/segments/columns');
  assert.equal(first.headers['ratelimit-policy'], '"caller";q=5;w=60, "GET /v1/segments/columns";q=2;w=60');
  assert.equal(first.headers['ratelimit'], '"caller";r=4;t=12, "GET /v1/segments/columns";r=1;t=30');
  await call('GET', '/v1/segments/columns');
  const before = audit.events.length;
  const refused = await call('GET', '/v1/segments/columns');
  assertProblem(refused, 429, 'API_RATE');
  assert.deepEqual([refused.headers['retry-after'], refused.headers['x-weir-hold']], ['30', 'route']);
  assert.equal(refused.json()['type'], 'https://iana.org/assignments/http-problem-types#quota-exceeded');
  assert.deepEqual(refused.json()['violated-policies'], ['GET /v1/segments/columns']);
  assert.equal((await call('GET', '/v1/users')).status, 200);
  await call('GET', '/v1/users');
  const all = await call('GET', '/v1/devices');
  assert.deepEqual([all.status, all.headers['x-weir-hold'], all.headers['retry-after']], [429, 'caller', '12']);
  await denials.flush();
  const entries = audit.events.slice(before).filter(({ reason }) => reason === 'rate');
  assert.deepEqual(
    entries.map(({ actor, detail }) => [actor, detail]),
    [[audit.events.at(-1)?.actor, { count: 2 }]],
  );
  clock.advance(millis(60_000));
  assert.equal((await call('GET', '/v1/segments/columns')).status, 200);
});

test('makeApi() bounds strangers by their network, and lets those who are known in all the same', async (t) => {
  const { call, identity } = await openLimited(t);
  const { token } = await identity.people.add('ada', ['keeper'], 'test');
  const heard: number[] = [];
  for (let i = 0; i < 5; i++) heard.push((await call('GET', '/v1/users', { as: 'nobody' })).status);
  assert.deepEqual(heard, [401, 401, 401, 429, 429]);
  assertProblem(await call('GET', '/v1/users', { as: { token: 'x' } }), 429, 'API_RATE');
  assertProblem(await call('GET', '/v1/audit/keys', { as: 'nobody' }), 429, 'API_RATE');
  assert.equal((await call('GET', '/v1/users', { as: { token } })).status, 200);
});

test('makeApi() takes signatures of registered keys from callers without a certificate, each for its holder', async (t) => {
  const current = makeTemplate(`${API_TEMPLATE}api: { signatures: [administer] }\n`);
  const templates = { current, plan: () => ({}), apply: async () => ({ proposal: null }) };
  const { call, identity, denials, audit } = await openApi(t, { templates });
  const { token, person } = await identity.people.add('ada', ['keeper'], 'test');
  const { token: other } = await identity.people.add('eve', ['keeper'], 'test');
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const registered = await identity.signIn.signingKeys.register(
    { person: person.id, name: 'k', key: publicKey.export({ format: 'pem', type: 'spki' }), life: days(1) },
    'test',
  );
  const host = 'localhost:7443';
  const created = Math.floor(Date.now() / 1_000) + 1;
  let count = 0;
  const send = (as: string, keyId: string | null, key = privateKey) => {
    const url = new URL(`https://${host}/v1/users`);
    const nonce = `nonce-${String(count++).padStart(16, '0')}`;
    const request = { method: 'GET', url, body: null, created, nonce, ...(keyId === null ? {} : { keyId }) };
    return call('GET', '/v1/users', { as: { token: as }, headers: { host, ...signRequest(request, key) } });
  };
  assert.equal((await send(token, registered.id)).status, 200);
  for (const wrong of [
    await send(token, null),
    await send(token, 'nothing'),
    await send(other, registered.id),
    await send(token, registered.id, generateKeyPairSync('ed25519').privateKey),
    await call('GET', '/v1/users', { as: { token } }),
  ]) {
    assertProblem(wrong, 403, 'API_SIGNATURE_INVALID');
  }
  await identity.signIn.signingKeys.revoke(registered.id, 'test');
  assertProblem(await send(token, registered.id), 403, 'API_SIGNATURE_INVALID');
  await denials.flush();
  const reasons = audit.events.flatMap(({ reason }) => (reason?.startsWith('signature-') ? [reason] : []));
  assert.deepEqual(new Set(reasons), new Set(['signature-no-key', 'signature-forged']));
});

test('makeApi() gives a caller that is denied again and again a bounded number of entries', async (t) => {
  const { call, audit, identity, denials } = await openApi(t);
  const { token, person } = await identity.people.add('ada', ['scientist'], 'test');
  const before = audit.events.length;
  for (let i = 0; i < 30; i++) {
    assertProblem(await call('GET', '/v1/audit/entries', { as: { token } }), 403, 'POLICY_DENIED');
  }
  await denials.flush();
  const entries = audit.events.slice(before).filter(({ actor }) => actor === `person:${person.id}`);
  const counted = entries.reduce((sum, { detail }) => sum + Number(detail?.['count'] ?? 1), 0);
  assert.equal(counted, 30);
  assert.ok(entries.length < 30, `${entries.length} entries`);
});

test('makeApi() takes only signed requests for the actions that the template names, and each once', async (t) => {
  const current = makeTemplate(`${API_TEMPLATE}api: { signatures: [administer] }\n`);
  const templates = { current, plan: () => ({}), apply: async () => ({ proposal: null }) };
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  const { call, audit, denials } = await openApi(t, { templates, segmentColumns: async () => [] });
  const peer = { kind: 'client', name: 'operator', serial: null, key, address: '192.0.2.7', listener: 'https' };
  const host = 'localhost:8443';
  const body = JSON.stringify({ name: 'ada', roles: ['keeper'] });
  const url = new URL(`https://${host}/v1/users`);
  const created = Math.floor(Date.now() / 1_000) + 1;
  const sign = (nonce: string) =>
    signRequest({ method: 'POST', url, body: Buffer.from(body), created, nonce }, privateKey);
  const send = (fields: Readonly<Record<string, string>>, sent = body) =>
    call('POST', '/v1/users', { body: sent, headers: { host, 'x-weir-identity': JSON.stringify(peer), ...fields } });
  const before = audit.events.length;
  assertProblem(await send({}), 403, 'API_SIGNATURE_INVALID');
  const fields = sign('nonce-0123456789a');
  const altered = await send(fields, body.replace('ada', 'eve'));
  assertProblem(altered, 403, 'API_SIGNATURE_INVALID');
  assert.match(String(altered.headers['accept-signature']), /@method/);
  assert.equal((await send(fields)).status, 201);
  assertProblem(await send(fields), 403, 'API_SIGNATURE_INVALID');
  // Other actions need none.
  assert.equal((await call('GET', '/v1/segments/columns')).status, 200);
  await denials.flush();
  const reasons = audit.events
    .slice(before)
    .flatMap(({ reason }) => (reason?.startsWith('signature-') ? [reason] : []));
  assert.deepEqual(reasons, ['signature-no-signature', 'signature-altered-body', 'signature-replayed']);
});
