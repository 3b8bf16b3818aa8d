import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import mqtt from 'mqtt';
import { systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { layoutOf, startPlatform } from '#run/server/index.ts';
import type { Platform } from '#run/server/index.ts';
import { createFileCustody, openFileCustody } from '#trust/keys/index.ts';
import { descendants } from '../support/child-platform.ts';
import { eventually } from '../support/eventually.ts';
import { silentLog } from '../support/open-audit-log.ts';
import { TestPlatform } from '../support/running-platform.ts';

const TEMPLATE = `template: 1
name: test
devices: { truck: {} }
streams:
  climate:
    from: truck
    purposes: [quality]
    fields:
      note: { type: text }
      driver: { type: text, class: personal, nullable: true }
      serial: { type: text, class: identifier, max-length: 128, token: reversible }
      level: { type: number, range: [0, 1], nullable: true }
      pin: { type: text, class: secret }
tables:
  drivers: { purposes: [quality], fields: { name: { type: text }, serial: { type: text, tokenise: climate, token: reversible } } }
people:
  operator: { query: all, purposes: [quality], sees: [operational, personal] }
  scientist: { query: [climate, drivers], purposes: [quality], sees: [operational, personal] }
  keeper: { query: [climate], purposes: [quality], may: [detokenise], rows: { climate: "note <> ''" } }
`;

/** A word that no file holds by chance, and the forms in which it might lie about. */
function canary(name: string): { readonly word: string; readonly forms: readonly Buffer[] } {
  const word = `canary-${name}-${randomBytes(12).toString('hex')}`;
  const raw = Buffer.from(word);
  // Base64 of a text depends on where it begins: the middle is the same for one of three places.
  const middles = [0, 1, 2].map((lead) =>
    Buffer.concat([Buffer.alloc(lead), raw])
      .toString('base64')
      .slice(8, -8),
  );
  return {
    word,
    forms: [
      raw,
      Buffer.from(word, 'utf16le'),
      Buffer.from(raw.toString('hex')),
      ...middles.map((text) => Buffer.from(text)),
    ],
  };
}

test('what people and devices say in confidence lies nowhere in clear', async (t) => {
  const names = [
    'stored',
    'personal',
    'identifier',
    'refused',
    'secret',
    'undeclared',
    'broken',
    'literal',
    'statement',
    'command',
    'person',
    'owner',
    'table',
    'passphrase',
  ];
  const canaries = new Map(names.map((name) => [name, canary(name)]));
  const word = (name: string): string => canaries.get(name)?.word ?? assert.fail(name);

  const folder = await mkdtemp(join(tmpdir(), 'weir-secrecy-'));
  const layout = layoutOf(join(folder, 'data'));
  await mkdir(layout.keys, { recursive: true });
  const passphrase = { passphrase: word('passphrase') };
  await createFileCustody(layout.keys, passphrase, { clock: systemClock, random: systemRandom });
  const shmBefore = new Set(await readdir('/dev/shm'));
  const tmpBefore = new Set(await readdir(tmpdir()));
  const start = async (): Promise<Platform> =>
    startPlatform({
      data: layout.root,
      custody: await openFileCustody(layout.keys, word('passphrase'), systemRandom),
      source: { path: 'template.yaml', text: TEMPLATE, files: {} },
      ports: { mqtt: 0, https: 0, api: 0 },
      log: silentLog,
    });
  await using weir = new TestPlatform(folder, layout, await start(), start);
  t.after(() => rm(folder, { recursive: true, force: true }));

  const { token, user } = await weir.ask<{ token: string; user: { id: string } }>('POST', '/v1/users', {
    body: { name: word('person').slice(0, 40), roles: ['scientist'] },
  });
  assert.ok(user.id !== '');
  const searched = [
    ...[...canaries.values()].flatMap(({ forms }) => forms),
    Buffer.from(word('person').slice(0, 40)),
    Buffer.from(token),
    Buffer.from(token.slice(token.indexOf('_') + 1)),
  ];

  const { key, certificate, authority } = await weir.ask<Record<'key' | 'certificate' | 'authority', string>>(
    'POST',
    '/v1/devices',
    { body: { name: 'truck-1', type: 'truck', owner: word('owner') } },
  );
  const client = await mqtt.connectAsync({
    protocol: 'mqtts',
    host: 'localhost',
    port: weir.platform.address.ports.mqtt,
    key,
    cert: certificate,
    ca: authority,
    protocolVersion: 5,
    clientId: 'truck-1',
  });
  await using open = new AsyncDisposableStack();
  open.defer(() => client.endAsync(true));
  const publish = (payload: string): Promise<unknown> =>
    client.publishAsync('streams/climate', payload, { qos: 1 }).catch((error: { code: number }) => error.code);
  const reading = { note: word('stored'), driver: word('personal'), serial: word('identifier') };
  for (let n = 0; n < 50; n++) await publish(JSON.stringify({ ...reading, seq: n }));
  assert.equal(await publish(JSON.stringify({ ...reading, note: word('refused'), level: 2 })), 0x83);
  assert.equal(await publish(JSON.stringify({ ...reading, pin: word('secret') })), 0x99);
  await publish(JSON.stringify({ ...reading, [word('undeclared')]: word('undeclared'), seq: 50 }));
  assert.equal(await publish(`{"note": "${word('broken')}", `), 0x99);
  await weir.ask('POST', '/v1/commands', {
    body: { device: 'truck-1', name: 'say', payload: word('command'), retain: true },
  });
  await weir.ask('POST', '/v1/tables/drivers', {
    body: `name,serial\n${word('table')},${word('identifier')}\n`,
    headers: { 'content-type': 'text/csv' },
  });
  const ask = (): Promise<Record<string, unknown>[]> =>
    weir.query(`select note, driver, serial from climate where note <> '${word('literal')}'`, {
      purpose: 'quality',
      token,
    });
  const rows = await eventually(
    () => ask(),
    (found) => found.length === 51,
  );
  // It did go through: without this nothing found would mean nothing.
  const { serial, ...rest } = rows[0] ?? {};
  assert.deepEqual({ ...rest, serial: reading.serial }, reading);
  assert.match(String(serial), /^t1-[a-z2-7]{16}$/);
  const joined = await weir.query<{ n: number; name: string }>(
    'select count(*)::int as n, any_value(name) as name from climate join drivers using (serial)',
    { purpose: 'quality', token },
  );
  assert.deepEqual(joined, [{ n: 51, name: word('table') }]);
  const keeper = await weir.ask<{ token: string; user: { id: string } }>('POST', '/v1/users', {
    body: { name: 'keeper', roles: ['keeper'] },
  });
  const originals = (as: string, tokens: readonly string[]): Promise<{ values: unknown }> =>
    weir.ask('POST', '/v1/tokens/originals', {
      body: { view: 'climate', column: 'serial', purpose: 'quality', tokens },
      token: as,
    });
  const stranger = 't1-aaaaaaaaaaaaaaaa';
  await eventually(
    () => originals(keeper.token, [String(serial), stranger]),
    ({ values }) =>
      isDeepStrictEqual(values, [
        { token: serial, original: word('identifier') },
        { token: stranger, original: null },
      ]),
  );
  const back = await weir.ask<{ values: unknown }>('POST', '/v1/tokens', {
    body: { view: 'climate', column: 'serial', purpose: 'quality', originals: [word('identifier')] },
    token: keeper.token,
  });
  assert.deepEqual(back.values, [{ original: word('identifier'), token: serial }]);
  // Who sees tokens alone does not get what they stand for, nor does who administers.
  for (const as of [token, undefined]) {
    const body = { view: 'climate', column: 'serial', purpose: 'quality', tokens: [String(serial)] };
    await assert.rejects(
      weir.ask('POST', '/v1/tokens/originals', { body, ...(as === undefined ? {} : { token: as }) }),
      {
        code: 'POLICY_DENIED',
      },
    );
  }
  await assert.rejects(
    weir.ask('POST', '/v1/tokens/originals', {
      body: { view: 'climate', column: 'note', purpose: 'quality', tokens: ['x'] },
      token: keeper.token,
    }),
    { code: 'API_TOKENS_REFUSED' },
  );
  interface Told {
    readonly action: string;
    readonly outcome: string;
    readonly detail: { readonly token?: string };
  }
  const told = await eventually(
    async () => {
      const { entries } = await weir.ask<{ entries: { event: Told }[] }>('GET', '/v1/audit/entries?limit=1000');
      return entries.map(({ event }) => event).filter(({ action }) => action === 'detokenise');
    },
    (events) => events.filter(({ outcome }) => outcome === 'denied').length === 2,
  );
  assert.ok(told.filter(({ outcome, detail }) => outcome === 'allowed' && detail.token === serial).length >= 2);
  assert.ok(!told.some(({ detail }) => detail.token === stranger));
  await assert.rejects(weir.query(`select ${word('statement')} frm climate`, { purpose: 'quality', token }));
  const kept = await eventually(
    async () => (await weir.ask<{ readings: { reason: string }[] }>('GET', '/v1/quarantine')).readings,
    (readings) => readings.some(({ reason }) => reason === 'range'),
  );
  assert.deepEqual(kept.map(({ reason }) => reason).sort(), ['decode', 'range']);
  assert.ok(!JSON.stringify(kept).includes(word('identifier')));
  await client.endAsync();

  await t.test('while it runs', async () => {
    assert.deepEqual(await find(layout.root, searched), []);
    for (const pid of [process.pid, ...(await descendants(process.pid))]) {
      for (const file of ['cmdline', 'environ']) {
        const bytes = await readFile(`/proc/${pid}/${file}`).catch(() => Buffer.alloc(0));
        assert.ok(!searched.some((form) => bytes.includes(form)), `${file} of process ${pid}`);
      }
    }
  });

  await t.test('sealed, asked again, and stopped', async () => {
    await weir.restart();
    assert.equal((await ask()).length, 51);
    const [value] = (await originals(keeper.token, [String(serial)])).values as { original: unknown }[];
    assert.equal(value?.original, word('identifier'));
    assert.deepEqual(await find(layout.root, searched), []);
    await weir.platform[Symbol.asyncDispose]();
    assert.deepEqual(await find(layout.root, searched), []);
  });

  await t.test('nothing is left behind where temporary files go', async () => {
    const left = async (place: string, before: ReadonlySet<string>): Promise<string[]> =>
      (await readdir(place)).filter((name) => !before.has(name) && join(place, name) !== folder);
    for (const name of await left('/dev/shm', shmBefore))
      assert.deepEqual(await find(join('/dev/shm', name), searched), []);
    for (const name of await left(tmpdir(), tmpBefore))
      assert.deepEqual(await find(join(tmpdir(), name), searched), []);
  });
});

/** Files below a place, or the file itself, that hold one of some forms. */
async function find(place: string, forms: readonly Buffer[]): Promise<string[]> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true }).catch(() => null);
  const files =
    entries === null
      ? [place]
      : entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  if (entries !== null && place.endsWith('data'))
    assert.ok(files.length > 10, `only ${files.length} files in ${place}`);
  const found: string[] = [];
  for (const file of files) {
    const bytes = await readFile(file).catch(() => Buffer.alloc(0));
    const at = forms.findIndex((form) => bytes.includes(form));
    if (at !== -1) found.push(`${file} holds ${forms[at]?.toString('latin1').slice(0, 24)}`);
  }
  return found;
}
