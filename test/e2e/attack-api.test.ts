import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import type { TestPlatform } from '../support/running-platform.ts';
import { askAsDevice } from './attack-device.ts';

const TEMPLATE = `
devices: { truck: {} }
streams:
  climate:
    from: truck
    fields: { temperature: { type: number } }
people:
  clerk: { query: [climate], sees: [operational] }
`;

/** Every route that asks for an action, with a body that it takes. */
const GUARDED: readonly (readonly [method: string, path: string, body?: unknown])[] = [
  ['GET', '/v1/status'],
  ['GET', '/v1/streams'],
  ['GET', '/v1/segments/columns'],
  ['POST', '/v1/commands', { device: 'truck-1', name: 'go', payload: '' }],
  ['POST', '/v1/tables/x', 'a'],
  ['POST', '/v1/grants/import', { stream: 'climate', devices: ['truck-1'], minutes: 1 }],
  ['POST', '/v1/prove', { rows: [], ids: [] }],
  ['GET', '/v1/quarantine'],
  ['GET', '/v1/quarantine/x'],
  ['GET', '/v1/devices'],
  ['GET', '/v1/devices/truck-1'],
  ['POST', '/v1/devices', { name: 'truck-2', type: 'truck' }],
  ['POST', '/v1/devices/truck-1/certificate', { days: 1 }],
  ['POST', '/v1/devices/truck-1/disable'],
  ['POST', '/v1/devices/truck-1/enable'],
  ['POST', '/v1/devices/truck-1/speaks-for', { types: [] }],
  ['GET', '/v1/users'],
  ['POST', '/v1/users', { name: 'eve', roles: ['clerk'] }],
  ['POST', '/v1/users/x/disable'],
  ['POST', '/v1/users/x/enable'],
  ['POST', '/v1/users/x/token'],
  ['POST', '/v1/template/plan', { path: 'a', text: 'x', files: {} }],
  ['POST', '/v1/template/apply', { path: 'a', text: 'x', files: {} }],
  ['GET', '/v1/audit/tile/entries/000'],
  ['GET', '/v1/audit/entries'],
  ['GET', '/v1/audit/proof/0'],
  ['GET', '/v1/%73tatus'],
];

/** Routes that anybody who is somebody may ask; what they give is decided relation by relation. */
const WITHIN: typeof GUARDED = [
  ['POST', '/v1/query', { sql: 'select 1' }],
  ['GET', '/v1/views'],
  ['GET', '/v1/views/climate'],
  ['GET', '/v1/queries/x'],
];

async function askAsNobody(weir: TestPlatform, base: string, [method, path, body]: (typeof GUARDED)[number]) {
  const ca = await readFile(join(weir.layout.identity, 'ca.crt'));
  const reply = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      'x-weir-identity': JSON.stringify({ kind: 'client', name: 'operator', serial: '00' }),
    };
    const outgoing = request(new URL(path, base), { method, ca, agent: false, headers }, resolve);
    outgoing.once('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
  reply.resume();
  return reply.statusCode;
}

test('every route is closed to those whom nothing lets in', async (t) => {
  await using weir = await startTestPlatform(TEMPLATE);
  const truck = await weir.enrol('truck-1', 'truck');
  const clerk = await weir.addUser('clara', ['clerk']);
  const { https, api } = weir.platform.address;

  await t.test('nobody, on both listeners, whatever they say of themselves', async () => {
    for (const route of [...GUARDED, ...WITHIN])
      for (const base of [https, api]) assert.equal(await askAsNobody(weir, base, route), 401, `${base} ${route[1]}`);
  });

  await t.test('a device, even with the token of a person', async () => {
    const authorization = `Bearer ${clerk}`;
    for (const [method, path, body] of [...GUARDED, ...WITHIN]) {
      const text = body === undefined ? '{}' : JSON.stringify(body);
      for (const headers of [{}, { authorization }]) {
        const answer = await askAsDevice(weir, truck, method, path, method === 'GET' ? undefined : text, headers);
        assert.equal(answer.status, 403, `${method} ${path}: ${answer.text}`);
      }
    }
  });

  await t.test('a person whose role has no actions', async () => {
    for (const [method, path, body] of GUARDED) {
      const answer = await weir.call(method, path, { token: clerk, ...(body === undefined ? {} : { body }) });
      assert.equal(answer.status, 403, `${method} ${path}: ${answer.body.toString()}`);
    }
  });

  await t.test('a device that asks and asks does not fill the log', async () => {
    // Every request of the test before this one, counted until now and written within a second.
    const sofar = 2 * (GUARDED.length + WITHIN.length);
    const before = await eventually(
      () => entriesAbout(weir),
      (entries) => entries.total >= sofar,
    );
    assert.equal(before.total, sofar);
    // On one connection, so that they come within a second or two on a busy machine, too.
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let i = 0; i < 50; i++) await askAsDevice(weir, truck, 'GET', '/v1/status', undefined, {}, agent);
    agent.destroy();
    const after = await eventually(
      () => entriesAbout(weir),
      (entries) => entries.total - before.total >= 50,
    );
    assert.equal(after.total - before.total, 50);
    assert.ok(after.entries - before.entries < 25, `${after.entries - before.entries} entries`);
  });

  await t.test('nobody becomes the prober', async () => {
    const enrolled = await weir.call('POST', '/v1/devices', { body: { name: 'fake-probe', type: '_probe' } });
    assert.equal(enrolled.json<{ code: string }>().code, 'IDENTITY_TYPE_INVALID');
    const certified = await weir.call('POST', '/v1/devices/_probe/certificate', { body: { days: 1 } });
    assert.equal(certified.json<{ code: string }>().code, 'API_FORBIDDEN');
    const added = await weir.call('POST', '/v1/users', { body: { name: 'prober', roles: ['_prober'] } });
    assert.equal(added.json<{ code: string }>().code, 'IDENTITY_ROLE_INVALID');
  });

  await t.test('a person who is disabled, from the next request on', async () => {
    const { users } = await weir.ask<{ users: { id: string; name: string }[] }>('GET', '/v1/users');
    const id = users.find(({ name }) => name === 'clara')?.id ?? '';
    assert.equal((await weir.call('GET', '/v1/views', { token: clerk })).status, 200);
    await weir.ask('POST', `/v1/users/${id}/disable`);
    assert.equal((await weir.call('GET', '/v1/views', { token: clerk })).status, 401);
  });
});

/** Entries about devices that asked the API, and how many requests they stand for. */
async function entriesAbout(weir: TestPlatform): Promise<{ entries: number; total: number }> {
  interface Listed {
    entries: { event: { action: string; reason?: string; actor: string; detail?: { count?: number } } }[];
  }
  const { entries } = await weir.ask<Listed>('GET', '/v1/audit/entries?limit=1000');
  const about = entries.filter(({ event }) => event.reason === 'not-for-devices' && event.actor === 'device:truck-1');
  return { entries: about.length, total: about.reduce((sum, { event }) => sum + (event.detail?.count ?? 0), 0) };
}
