import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { millis } from '#base/core/index.ts';
import { openS3Objects } from '#base/storage/index.ts';
import { restoreBackup } from '#run/server/index.ts';
import type { BackupRun } from '#run/server/index.ts';
import { startS3Server } from '../support/s3-server.ts';
import { temporaryFolder } from '../support/tmp.ts';
import { eventually } from '../support/eventually.ts';
import { silentLog } from '../support/open-audit-log.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import type { TestPlatform } from '../support/running-platform.ts';
import { countOpened } from './count-opened.ts';
import { postReadings } from './post-readings.ts';

const template = (place: string, archive = 'archive: { after: 1s, to: cold }'): string => `template: 1
name: test
region: eu
devices: { truck: {} }
objects:
  cold: ${place}
streams:
  climate:
    from: truck
    purposes: [quality]
    ${archive}
    fields:
      n: { type: integer }
      driver: { type: text, class: personal }
people:
  operator: { query: all, purposes: [quality], sees: [operational, personal], may: [administer, erase, audit] }
`;

/** Paths of the files below a folder that are segments. */
async function segmentsIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.parquet'))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

const source = (text: string) => ({ path: 'weir.yaml', text, files: {} });
const QUERY = 'select n, driver from climate order by n';
const ask = (weir: TestPlatform, sql = QUERY) => weir.query(sql, { purpose: 'quality' });
/** A statement with a receipt is answered from segments alone: what waits is sealed for it, once it is there. */
const seal = async (weir: TestPlatform, rows: number): Promise<void> => {
  await eventually(() => ask(weir), (found) => found.length === rows); // prettier-ignore
  const sql = 'select 1 as one from climate';
  await weir.ask('POST', '/v1/query', { body: { sql, purpose: 'quality', receipt: true } });
};
const NO_SECRETS = { passphrase: noSecret, pin: noSecret, token: noSecret };

function noSecret(): Promise<string> {
  return Promise.reject(new Error('a demo key needs none'));
}

test('old segments go to another place, merged, and are read there', async (t) => {
  const place = join(await temporaryFolder(t), 'cold');
  await mkdir(place);
  await using weir = await startTestPlatform(template(`{ location: ${place} }`, ''));
  const truck = await weir.enrol('truck-1', 'truck');
  const send = async (from: number, count: number): Promise<void> => {
    const readings = Array.from({ length: count }, (_, i) => ({ n: from + i, driver: `driver ${from + i}` }));
    assert.equal((await postReadings(weir, truck, 'climate', readings)).status, 202);
  };
  for (const from of [0, 3]) {
    await send(from, 3);
    await seal(weir, from + 3);
  }
  const expected = Array.from({ length: 6 }, (_, n) => ({ n, driver: `driver ${n}` }));

  await t.test('they are merged into one and carried there, sealed', async () => {
    const text = template(`{ location: ${place} }`);
    const planned = await weir.ask<{ unenforced: unknown[] }>('POST', '/v1/template/plan', { body: source(text) });
    assert.deepEqual(planned.unenforced, []);
    await weir.ask('POST', '/v1/template/apply', { body: source(text) });
    const there = await eventually(
      () => segmentsIn(place),
      (found) => found.length > 0,
    );
    assert.match(there.join(), /^segments\/[0-9a-f]{6}\/[0-9a-f]{32}-1\.parquet$/);
    const bytes = await readFile(join(place, there[0]!));
    assert.equal(bytes.includes('driver 1'), false);
    await eventually(
      () => segmentsIn(join(weir.layout.objects, 'places')),
      (left) => left.length === 0,
    );
  });

  await t.test('a statement fetches what it reads, and nothing of it is left', async () => {
    assert.deepEqual(await ask(weir), expected);
    assert.deepEqual(await eventually(() => segmentsIn(weir.layout.copies), (left) => left.length === 0), []); // prettier-ignore
  });

  await t.test('what is away refuses the statements that need it, and no others', async () => {
    const future = "select n from climate where time > '2100-01-01'";
    await rename(place, `${place}-away`);
    // Another column: what was opened before stays in the memory of the query process for a while.
    await assert.rejects(ask(weir, 'select device from climate'), { code: 'STORAGE_UNAVAILABLE' });
    assert.deepEqual(await ask(weir), expected);
    assert.deepEqual(await ask(weir, future), []);
    assert.match((await weir.status()).degraded.join(), /place cold of archived segments cannot be used/);
    await rename(`${place}-away`, place);
  });

  await t.test('what was changed there is named, and never shown', async () => {
    const again = await eventually(
      () => ask(weir, 'select n, time from climate').catch(() => []),
      (rows) => rows.length > 0,
    );
    assert.equal(again.length, 6, 'it is tried again');
    const path = join(place, (await segmentsIn(place))[0]!);
    const bytes = await readFile(path);
    const changed = Buffer.from(bytes);
    changed[Math.floor(bytes.length / 2)]! ^= 1;
    await writeFile(path, changed);
    // Again a column that no query process has in its memory.
    await assert.rejects(ask(weir, 'select received from climate'), { code: 'STORE_SEGMENT_DAMAGED' });
    assert.deepEqual(await row29(weir), ['fail']);
    await writeFile(path, bytes);
    assert.equal((await ask(weir, 'select received from climate')).length, 6);
  });

  await t.test('a backup has it, and what is restored from that answers the same while the place is away', async () => {
    const location = join(weir.folder, 'copies');
    const { id } = await weir.ask<BackupRun>('POST', '/v1/backups', { body: { location } });
    const run = await eventually(
      () => weir.ask<BackupRun>('GET', `/v1/backups/runs/${id}`),
      ({ state }) => state !== 'running',
    );
    assert.deepEqual([run.state, run.failure, run.result?.missing], ['done', null, []]);
    await weir.platform[Symbol.asyncDispose]();
    await rm(weir.layout.root, { recursive: true });
    await rename(place, `${place}-away`);
    await restoreBackup({
      place: { location },
      data: weir.layout.root,
      secrets: NO_SECRETS,
      log: silentLog,
      onProgress: () => undefined,
    });
    await weir.restart();
    assert.deepEqual(await ask(weir), expected);
    await rename(`${place}-away`, place);
  });
});

/** What became of the controls of row 29. */
async function row29(weir: TestPlatform): Promise<readonly string[]> {
  const body = { rows: [29], ids: [] };
  const { controls } = await weir.ask<{ controls: { outcome: string }[] }>('POST', '/v1/prove', { body });
  return controls.map(({ outcome }) => outcome);
}

test('a bucket holds an archive, and who is erased is erased there', async (t) => {
  await using server = await startS3Server(t);
  const { endpoint, bucket, credentials } = await server.place('weir-cold', '');
  const objects = openS3Objects({ endpoint, region: 'us-east-1', bucket, prefix: 'site', credentials });
  const there = () => Array.fromAsync(objects.list('segments/'));
  const cold = `{ location: 's3://${bucket}/site', endpoint: '${endpoint}', credentials: cold.ini }`;
  await using weir = await startTestPlatform(template(cold, 'subject: driver'), {}, { erasureGrace: millis(100) });
  const { accessKeyId, secretAccessKey } = credentials;
  const text = `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
  await writeFile(join(weir.layout.places, 'cold.ini'), text);
  const truck = await weir.enrol('truck-1', 'truck');
  const readings = [0, 1, 2].map((n) => ({ n, driver: `driver ${n}` }));
  assert.equal((await postReadings(weir, truck, 'climate', readings)).status, 202);
  await seal(weir, readings.length);
  const archived = template(cold, 'subject: driver\n    archive: { after: 1s, to: cold }');
  await weir.ask('POST', '/v1/template/apply', { body: source(archived) });
  const before = await eventually(there, (found) => found.length === 1, 60_000);
  assert.deepEqual(await ask(weir), readings);
  assert.deepEqual(await row29(weir), ['pass']);

  const body = { subject: 'driver 1' };
  const found = await weir.ask<{ found: { relation: string; count: number }[] }>('POST', '/v1/subjects/find', { body });
  assert.deepEqual(found.found.map(({ relation, count }) => [relation, count]), [['climate', 1]]); // prettier-ignore
  const { relations } = await weir.ask<{ relations: { rows: { n: number }[] }[] }>('POST', '/v1/subjects/export', { body }); // prettier-ignore
  assert.deepEqual(relations.map(({ rows }) => rows.map(({ n }) => n)), [[1]]); // prettier-ignore
  const about = { stream: 'climate', reason: 'a lawsuit', owner: 'legal' };
  const held = await weir.ask<{ id: string }>('POST', '/v1/holds', { body: about });
  const refused = await weir.call('POST', '/v1/subjects/erase', { body });
  assert.match(refused.body.toString(), /SERVER_SUBJECT_HELD/);
  await weir.ask('POST', `/v1/holds/${held.id}/release`, { body: {} });

  const { id } = await weir.ask<{ id: string }>('POST', '/v1/subjects/erase', { body });
  const done = await eventually(
    () => weir.ask<{ state: string; certificate: string }>('GET', `/v1/subject-requests/${id}`),
    ({ state }) => state === 'done',
    180_000,
  );
  assert.equal(done.state, 'done', JSON.stringify(done));
  const { certificate } = await weir.ask<{ certificate: string }>('GET', `/v1/erasures/${done.certificate}`);
  const { payload } = JSON.parse(certificate) as { payload: string };
  const { looked } = JSON.parse(Buffer.from(payload, 'base64').toString()) as { looked: { where: string }[] };
  assert.deepEqual(looked.find(({ where }) => where === 'place cold'), { where: 'place cold', found: 0 }); // prettier-ignore
  const after = await eventually(there, (found) => found.length === 1 && found[0] !== before[0], 60_000);
  assert.equal(after.length, 1);
  // All keys were wrapped anew under another epoch.
  assert.deepEqual(await ask(weir), readings.filter(({ n }) => n !== 1)); // prettier-ignore
  const left = await weir.ask<{ found: unknown[] }>('POST', '/v1/subjects/find', { body });
  assert.deepEqual(left.found, []);
});

test('who is erased while the archive is away is hidden at once, and erased there once it is back', async (t) => {
  const place = join(await temporaryFolder(t), 'cold');
  await mkdir(place);
  const text = template(`{ location: ${place} }`, 'subject: driver\n    archive: { after: 1s, to: cold }');
  await using weir = await startTestPlatform(text, {}, { erasureGrace: millis(100) });
  const truck = await weir.enrol('truck-1', 'truck');
  const readings = [0, 1, 2].map((n) => ({ n, driver: `driver ${n}` }));
  assert.equal((await postReadings(weir, truck, 'climate', readings)).status, 202);
  await seal(weir, readings.length);
  await eventually(() => segmentsIn(place), (found) => found.length > 0, 60_000); // prettier-ignore
  const before = await segmentsIn(place);
  await rename(place, `${place}-away`);

  const { id } = await weir.ask<{ id: string }>('POST', '/v1/subjects/erase', { body: { subject: 'driver 1' } });
  const look = () => weir.ask<{ state: string; problem: string | null }>('GET', `/v1/subject-requests/${id}`);
  const waiting = await eventually(look, ({ problem }) => problem !== null, 60_000);
  assert.match(waiting.problem ?? '', /cold/);
  await rename(`${place}-away`, place);
  const left = await eventually(() => ask(weir).catch(() => []), (rows) => rows.length > 0); // prettier-ignore
  assert.deepEqual(left, readings.filter(({ n }) => n !== 1)); // prettier-ignore
  const done = await eventually(look, ({ state }) => state === 'done', 180_000);
  assert.equal(done.state, 'done', JSON.stringify(done));
  const after = await eventually(() => segmentsIn(place), (found) => found.length > 0 && found.every((one) => !before.includes(one)), 60_000); // prettier-ignore
  assert.equal(after.length, 1);
  await weir.platform[Symbol.asyncDispose]();
  assert.deepEqual(await countOpened(weir.layout, 'driver 1', { cold: place }), { segments: 0, journal: 0 });
  assert.ok((await countOpened(weir.layout, 'driver 2', { cold: place })).segments > 0);
});
