import assert from 'node:assert/strict';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { canonicalJson, encodeUtf8, millis } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { openS3Objects } from '#base/storage/index.ts';
import { layoutOf, restoreBackup } from '#run/server/index.ts';
import type { BackupRun, Restored, RestoreOptions, ShownTarget } from '#run/server/index.ts';
import { eventually } from '../support/eventually.ts';
import { silentLog } from '../support/open-audit-log.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import type { TestDevice, TestPlatform } from '../support/running-platform.ts';
import { startS3Server } from '../support/s3-server.ts';
import { countOpened } from './count-opened.ts';
import { postReadings } from './post-readings.ts';
import { startWitness } from './start-witness.ts';

const TEMPLATE = `template: 1
name: test
devices: { truck: {} }
streams:
  trips:
    from: truck
    purposes: [quality]
    subject: rider
    fields:
      rider: { type: text, class: identifier, tokenise: people }
      n: { type: integer }
  pulse:
    from: truck
    basis: consent
    purposes: [care]
    subject: wearer
    fields:
      wearer: { type: text, class: identifier, tokenise: people }
      n: { type: integer }
  secrets:
    from: truck
    purposes: [quality]
    fields: { n: { type: integer } }
people:
  operator: { query: all, purposes: [quality, care], sees: [operational, identifier], may: [administer, erase, audit, consent] }
`;

interface Request {
  readonly state: string;
  readonly problem: string | null;
}
interface Statement {
  readonly id: string;
  readonly copies: readonly { readonly target: string; readonly confirmed: boolean }[];
  readonly looked: readonly { readonly found: number }[];
}

const QUALITY = { purpose: 'quality' };
const send = async (weir: TestPlatform, device: TestDevice, stream: string, ...readings: object[]): Promise<string> =>
  (await postReadings(weir, device, stream, readings)).outcomes;

async function backUp(weir: TestPlatform, location: string, more: object = {}): Promise<BackupRun> {
  const { id } = await weir.ask<BackupRun>('POST', '/v1/backups', { body: { location, ...more } });
  const run = await eventually(
    () => weir.ask<BackupRun>('GET', `/v1/backups/runs/${id}`),
    ({ state }) => state !== 'running',
  );
  assert.deepEqual([run.state, run.failure], ['done', null]);
  return run;
}

/** What an envelope says. */
function saidIn<T>(envelope: string): T {
  const { payload } = JSON.parse(envelope) as { payload: string };
  return JSON.parse(Buffer.from(payload, 'base64').toString()) as T;
}

/** Has somebody erased, and gives what was certified. */
async function erase(weir: TestPlatform, subject: string): Promise<Statement> {
  const { id } = await weir.ask<{ id: string }>('POST', '/v1/subjects/erase', { body: { subject } });
  const done = await eventually(
    () => weir.ask<Request>('GET', `/v1/subject-requests/${id}`),
    ({ state }) => state === 'done',
    120_000,
  );
  assert.equal(done.state, 'done', JSON.stringify(done));
  const { certificate } = await weir.ask<{ certificate: string }>('GET', `/v1/subject-requests/${id}/certificate`);
  return saidIn<Statement>(certificate);
}

/** What stands for the rider of a reading. */
async function tokenOf(weir: TestPlatform, n: number): Promise<string> {
  const rows = await eventually(
    () => weir.query<{ rider: string }>(`select rider from trips where n = ${n}`, QUALITY),
    ({ length }) => length === 1,
  );
  return rows[0]?.rider ?? assert.fail('it was not admitted');
}

function restore(location: string, data: string, more: Partial<RestoreOptions> = {}): Promise<Restored> {
  return restoreBackup({
    place: { location },
    data,
    secrets: { passphrase: noSecret, pin: noSecret, token: noSecret },
    log: silentLog,
    onProgress: () => undefined,
    ...more,
  });
}

function noSecret(): Promise<string> {
  return Promise.reject(new Error('a demo key needs none'));
}

test('who is erased is erased in a directory and in a bucket; a backup that is away is named, and reached once it is back', async (t) => {
  await using server = await startS3Server(t);
  const { endpoint, region, bucket, credentials } = await server.place('weir-copies', '');
  const objects = openS3Objects({ endpoint, region, bucket, prefix: 'site', credentials });
  await using weir = await startTestPlatform(TEMPLATE, {}, { erasureGrace: millis(100) });
  const truck = await weir.enrol('truck-1', 'truck');
  await send(weir, truck, 'trips', { rider: 'ada', n: 1 }, { rider: 'bob', n: 2 }, { rider: 'ada', n: 3 });
  const token = await tokenOf(weir, 1);
  const [near, far] = [join(weir.folder, 'near'), join(weir.folder, 'far')];
  const location = `s3://${bucket}/site`;
  const targets = [
    (await backUp(weir, near)).target,
    (await backUp(weir, location, { s3: { endpoint, region, credentials } })).target,
    (await backUp(weir, far)).target,
  ];
  const inBucket = () => Array.fromAsync(objects.list('segments/'));
  const before = await inBucket();
  assert.ok(before.length > 0);

  const body = { subject: 'ada' };
  type Found = { readonly backups: readonly { target: string; segments: number; rows: number; problem: string | null }[] }; // prettier-ignore
  const named = await weir.ask<Found>('POST', '/v1/subjects/find', { body });
  assert.deepEqual(
    named.backups.map(({ target, segments, rows, problem }) => [target, segments, rows, problem]),
    targets.map((target) => [target, 1, 2, null]),
  );
  await rename(far, `${far}-away`);
  // As a disk leaves it that is not mounted.
  await mkdir(far);
  const { backups } = await weir.ask<Found>('POST', '/v1/subjects/find', { body });
  assert.deepEqual(backups.map(({ problem }) => problem), [null, null, 'BACKUP_MISSING']); // prettier-ignore

  const certified = await erase(weir, 'ada');
  const { copies, looked } = certified;
  assert.deepEqual(copies, targets.map((target, i) => ({ target, confirmed: i < 2 }))); // prettier-ignore
  assert.ok(looked.every(({ found }) => found === 0));
  assert.deepEqual((await inBucket()).filter((key) => before.includes(key)), []); // prettier-ignore
  const shown = async (): Promise<readonly boolean[]> =>
    (await weir.ask<{ targets: ShownTarget[] }>('GET', '/v1/backups')).targets.map(({ behind }) => behind === null);
  assert.deepEqual(await shown(), [true, true, false]);

  await rm(far, { recursive: true });
  await rename(`${far}-away`, far);
  // Tried every hour, and as the platform starts.
  await weir.restart();
  assert.deepEqual(await eventually(shown, (all) => all.every(Boolean)), [true, true, true]);
  type Listed = { readonly certificates: readonly { readonly id: string; readonly amends: string | null }[] };
  const { certificates } = await eventually(
    () => weir.ask<Listed>('GET', '/v1/erasures'),
    (all) => all.certificates.some(({ amends }) => amends !== null),
  );
  const [addendum, ...others] = certificates.filter(({ amends }) => amends === certified.id);
  assert.deepEqual(others, []);
  const { certificate } = await weir.ask<{ certificate: string }>('GET', `/v1/erasures/${addendum?.id}`);
  const added = saidIn<Statement & { readonly amends: { readonly digest: string } }>(certificate);
  assert.deepEqual(added.copies.map(({ target, confirmed }) => [target, confirmed]), [[targets[2], true]]); // prettier-ignore
  assert.equal(added.amends.digest, sha256Hex(encodeUtf8(canonicalJson(certified as unknown as Json))));
  await weir.platform[Symbol.asyncDispose]();
  for (const place of [near, far]) {
    await rm(weir.layout.root, { recursive: true });
    await restore(place, weir.layout.root);
    assert.deepEqual(await countOpened(weir.layout, token), { segments: 0, journal: 0 }, place);
    await weir.restart();
    assert.deepEqual(await weir.query('select n from trips', QUALITY), [{ n: 2 }], place);
    await weir.platform[Symbol.asyncDispose]();
  }
});

test('an older backup brings back nobody who was erased, and nothing that was withdrawn, revoked or destroyed', async () => {
  await using weir = await startTestPlatform(TEMPLATE, {}, { erasureGrace: millis(100) });
  const [truck, lost] = [await weir.enrol('truck-1', 'truck'), await weir.enrol('truck-2', 'truck')];
  await weir.ask('POST', '/v1/consents', { body: { stream: 'pulse', subject: 'eve' } });
  await send(weir, truck, 'trips', { rider: 'ada', n: 1 }, { rider: 'bob', n: 2 }, { rider: 'ada', n: 3 });
  await send(weir, truck, 'pulse', { wearer: 'eve', n: 1 }, { wearer: 'ada', n: 2 });
  await send(weir, truck, 'secrets', { n: 1 });
  const token = await tokenOf(weir, 1);
  const [near, old] = [join(weir.folder, 'near'), join(weir.folder, 'old')];
  await backUp(weir, near);
  await cp(near, old, { recursive: true });

  await erase(weir, 'ada');
  await weir.ask('POST', '/v1/consents/withdraw', { body: { stream: 'pulse', subject: 'eve' } });
  await weir.ask('POST', '/v1/revocations', { body: { device: 'truck-2', reason: 'keyCompromise' } });
  const key = { kind: 'domain', name: 'secrets:operational' };
  await weir.ask('POST', '/v1/keys/retire', { body: key });
  await weir.ask('POST', '/v1/keys/destroy', { body: { ...key, version: 1, force: true } });
  const newer = { path: 'template.yaml', text: `${TEMPLATE}limits: { new-tokens: 7 }\n`, files: {} };
  await weir.ask('POST', '/v1/template/apply', { body: newer });

  await weir.platform[Symbol.asyncDispose]();
  const outlived = join(weir.folder, 'outlived');
  await rename(weir.layout.audit, outlived);
  await rm(weir.layout.root, { recursive: true });
  await restore(old, weir.layout.root, { newerLog: outlived });
  await assert.rejects(weir.restart(), { code: 'SERVER_TEMPLATE_OLDER' });
  await weir.restart({ source: newer });

  assert.deepEqual(await weir.query('select n from trips', QUALITY), [{ n: 2 }], 'before anybody may ask');
  assert.deepEqual(await weir.query('select n from pulse', { purpose: 'care' }), []);
  await assert.rejects(weir.query('select n from secrets', QUALITY), { code: 'SERVER_KEY_GONE' });
  const { keys } = await weir.ask<{ keys: { kind: string; name: string; version: number; state: string }[] }>('GET', '/v1/keys'); // prettier-ignore
  const states = keys.filter(({ kind, name }) => kind === key.kind && name === key.name).map(({ version, state }) => [version, state]); // prettier-ignore
  assert.deepEqual(states[0], [1, 'destroyed']);
  assert.equal((await postReadings(weir, lost, 'trips', [{ rider: 'bob', n: 4 }])).status, 403);
  assert.match(await send(weir, truck, 'trips', { rider: 'ada', n: 5 }), /erased/);
  assert.match(await send(weir, truck, 'pulse', { wearer: 'eve', n: 6 }), /consent/);

  const again = await eventually(
    () => weir.ask<{ requests: Request[] }>('GET', '/v1/subject-requests'),
    ({ requests }) => requests.every(({ state }) => state === 'done'),
    120_000,
  );
  assert.deepEqual(again.requests.map(({ state }) => state), ['done'], JSON.stringify(again)); // prettier-ignore
  await weir.platform[Symbol.asyncDispose]();
  assert.deepEqual(await countOpened(weir.layout, token), { segments: 0, journal: 0 });
  await restore(old, join(weir.folder, 'alone'));
  assert.ok((await countOpened(layoutOf(join(weir.folder, 'alone')), token)).segments > 0, 'it was there');
});

test('a restore whose log lacks entries names them and stops; accepted, certificates and consents wait', async () => {
  await using weir = await startTestPlatform(TEMPLATE);
  await using witness = await startWitness(weir);
  await weir.restart({ witness: witness.place });
  const [truck, lost] = [await weir.enrol('truck-1', 'truck'), await weir.enrol('truck-2', 'truck')];
  for (const subject of ['eve', 'bob']) await weir.ask('POST', '/v1/consents', { body: { stream: 'pulse', subject } });
  await send(weir, truck, 'pulse', { wearer: 'eve', n: 1 }, { wearer: 'bob', n: 2 });
  const [near, old] = [join(weir.folder, 'near'), join(weir.folder, 'old')];
  await backUp(weir, near);
  await cp(near, old, { recursive: true });
  await weir.ask('POST', '/v1/consents/withdraw', { body: { stream: 'pulse', subject: 'eve' } });
  await weir.ask('POST', '/v1/revocations', { body: { device: 'truck-2', reason: 'keyCompromise' } });
  await backUp(weir, near);
  const { audit } = await weir.status();
  await eventually(() => witness.size(), (size) => size >= audit.entries); // prettier-ignore
  await weir.platform[Symbol.asyncDispose]();
  await rm(weir.layout.root, { recursive: true });

  for (const known of [{ places: [{ location: near }] }, { witness: witness.place }]) {
    await assert.rejects(restore(old, weir.layout.root, { known }), {
      code: 'BACKUP_LOG_GAP',
      message: /lacks its entries \d+ to \d+/,
    });
  }
  await assert.rejects(weir.restart(), { code: 'SERVER_RESTORE_UNFINISHED' });
  const { gap } = await restore(old, weir.layout.root, { known: { witness: witness.place }, acceptGap: true });
  assert.ok(gap !== null && gap.to > gap.from);
  await weir.restart({ witness: witness.place });

  const { audit: after, degraded } = await weir.status();
  assert.ok(after.suspended >= 2 && degraded.some((line) => line.includes('suspended')), degraded.join());
  for (const device of [truck, lost]) assert.equal((await postReadings(weir, device, 'trips', [{ rider: 'bob', n: 3 }])).status, 403); // prettier-ignore
  const suspended = await weir.ask<{ suspended: number }>('GET', '/v1/consents');
  assert.equal(suspended.suspended, 2, 'that of eve was withdrawn in what is lost');
  assert.deepEqual(await weir.query('select n from pulse', { purpose: 'care' }), []);

  await weir.ask('POST', '/v1/confirmations', { body: { device: 'truck-1' } });
  assert.match(await send(weir, truck, 'trips', { rider: 'bob', n: 4 }), /admitted/);
  assert.match(await send(weir, truck, 'pulse', { wearer: 'bob', n: 5 }), /consent/);
  assert.equal((await postReadings(weir, lost, 'trips', [{ rider: 'bob', n: 6 }])).status, 403);
  const { consents } = await weir.ask<{ consents: { id: string }[] }>('POST', '/v1/consents/find', { body: { stream: 'pulse', subject: 'bob' } }); // prettier-ignore
  await weir.ask('POST', '/v1/consents/confirm', { body: { id: consents[0]?.id } });
  assert.match(await send(weir, truck, 'pulse', { wearer: 'bob', n: 7 }, { wearer: 'eve', n: 8 }), /admitted.*consent/);
});
