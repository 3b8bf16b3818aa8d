import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { watch } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { addRetentionCommand } from '#run/cli/commands/retention.ts';
import { runCommand } from '#run/cli/testing.ts';
import { layoutOf, restoreBackup } from '#run/server/index.ts';
import type { BackupRun } from '#run/server/index.ts';
import { ChildPlatform } from '../support/child-platform.ts';
import { eventually } from '../support/eventually.ts';
import { silentLog } from '../support/open-audit-log.ts';
import type { TestDevice } from '../support/platform-client.ts';
import { temporaryFolder } from '../support/tmp.ts';
import { countOpened } from './count-opened.ts';
import { postReadings } from './post-readings.ts';

const template = (cold: string): string => `template: 1
name: test
region: eu
devices: { truck: {} }
objects:
  cold: { location: ${cold} }
streams:
  trips:
    from: truck
    purposes: [quality]
    rate: { sustained: 1000/s, burst: 1000 }
    subject: rider
    fields:
      rider: { type: text, class: personal }
      level: { type: number, range: [0, 1] }
  attic:
    from: truck
    purposes: [quality]
    archive: { after: 1s, to: cold }
    subject: rider
    fields:
      rider: { type: text, class: personal }
people:
  operator: { query: all, purposes: [quality], sees: [operational, personal], may: [administer, erase, audit, quarantine] }
`;

interface Request {
  readonly state: string;
  readonly certificate: string | null;
  readonly problem: string | null;
  readonly erased: Readonly<Record<string, number>>;
}

/** As many small segments of one stream as are merged into one. */
const MERGED = 8;
/** Readings of the person in each of them, and in the archive. */
const EACH = 3;

test('an erasure that is killed as segments are merged, written anew and keys wrapped again comes to its end', async (t) => {
  const word = `canary-${randomBytes(12).toString('hex')}`;
  const away = await temporaryFolder(t);
  const [cold, copies] = [join(away, 'cold'), join(away, 'copies')];
  await mkdir(cold);
  await using weir = await ChildPlatform.start(template(cold), { erasureGraceMs: 100 });
  const truck = await weir.enrol('truck-1', 'truck');
  const restarted = async (at: Promise<unknown>): Promise<void> => {
    await weir.kill(at);
    await weir.start();
  };

  await send(weir, truck, 'attic', readings(word));
  await seal(weir, 'attic', 2 * EACH);
  await eventually(() => segmentsIn(cold), (found) => found.length > 0, 60_000); // prettier-ignore
  await send(weir, truck, 'trips', [{ rider: word, level: 7 }]);
  for (let n = 0; n < MERGED - 1; n += 1) {
    await send(weir, truck, 'trips', readings(word));
    await seal(weir, 'trips', (n + 1) * 2 * EACH);
  }
  await weir.ask('POST', '/v1/datasets', { body: { name: 'frozen', from: 'trips', purpose: 'quality' } });
  await backUp(weir, copies);

  await t.test('what is planted can be found', async () => {
    await weir.stop();
    const { segments } = await countOpened(weir.layout, word, { cold });
    await weir.start();
    assert.ok(segments >= MERGED * EACH, `${segments}`);
  });

  await t.test('in the middle of a merge', async () => {
    await send(weir, truck, 'trips', readings(word));
    const begun = written(join(weir.layout.objects, 'segments'));
    const killed = restarted(begun.then(() => written(join(weir.layout.objects, 'segments'))));
    await seal(weir, 'trips', MERGED * 2 * EACH).catch(() => {});
    await killed;
  });

  const body = { subject: word };
  const { id } = await weir.ask<{ id: string }>('POST', '/v1/subjects/erase', { body });
  const rows = (): Promise<readonly { n: number }[]> =>
    weir.query(`select count(*)::int as n from trips where rider = '${word}'`, { purpose: 'quality' });

  await t.test('in the middle of writing segments anew', async () => {
    await restarted(written(join(weir.layout.objects, 'segments')));
    assert.deepEqual(await rows(), [{ n: 0 }]);
  });

  for (const [moment, pattern] of [
    ['as an epoch begins', /epoch/],
    ['as the next one begins', /epoch/],
  ] as const) {
    await t.test(`in the middle of wrapping keys again, ${moment}`, async () => {
      await restarted(written(weir.layout.keys, pattern));
      assert.deepEqual(await rows(), [{ n: 0 }]);
    });
  }

  await t.test('it is certified, with everything that went', async () => {
    const done = await eventually(
      () => weir.ask<Request>('GET', `/v1/subject-requests/${id}`),
      ({ state }) => state === 'done',
      120_000,
    );
    assert.equal(done.state, 'done', JSON.stringify(done));
    const { certificate } = await weir.ask<{ certificate: string }>('GET', `/v1/subject-requests/${id}/certificate`);
    const { keys } = await weir.ask<{ keys: string[] }>('GET', '/v1/prove/keys');
    const file = join(away, 'certificate.json');
    await writeFile(file, certificate);
    const checked = await runCommand(addRetentionCommand, 'retention', 'check-certificate', file, '--key', ...keys);
    assert.match(checked.out, /the signatures hold/);
    const { payload } = JSON.parse(certificate) as { payload: string };
    const statement = JSON.parse(Buffer.from(payload, 'base64').toString()) as {
      readonly erased: Record<string, number>;
      readonly looked: readonly { readonly where: string; readonly found: number }[];
      readonly copies: readonly { readonly confirmed: boolean }[];
    };
    // Readings that a kill kept from being acknowledged are not counted on.
    assert.ok((statement.erased['segments'] ?? 0) >= MERGED * EACH, JSON.stringify(statement.erased));
    assert.equal(statement.erased['quarantine'], 1);
    assert.ok(statement.looked.every(({ found }) => found === 0));
    assert.ok(statement.looked.some(({ where }) => where === 'place cold'));
    assert.deepEqual(statement.copies.map(({ confirmed }) => confirmed), [true]); // prettier-ignore
    assert.deepEqual((await weir.ask<{ found: unknown[] }>('POST', '/v1/subjects/find', { body })).found, []);
  });

  await t.test('nothing of the person is in any file, nor in anything that a key opens', async () => {
    await weir.stop();
    for (const folder of [weir.layout.root, cold, copies]) assert.deepEqual(await filesWith(folder, word), []);
    assert.deepEqual(await countOpened(weir.layout, word, { cold }), { segments: 0, journal: 0 });
    const data = join(away, 'restored');
    await restoreBackup({
      place: { location: copies },
      data,
      secrets: { passphrase: noSecret, pin: noSecret, token: noSecret },
      log: silentLog,
      onProgress: () => undefined,
    });
    assert.deepEqual(await countOpened(layoutOf(data), word), { segments: 0, journal: 0 });
    assert.deepEqual(await filesWith(data, word), []);
  });
});

function readings(word: string): readonly object[] {
  return Array.from({ length: 2 * EACH }, (_, i) => ({ rider: i % 2 === 0 ? word : `other-${i}`, level: i / 10 }));
}

async function send(weir: ChildPlatform, truck: TestDevice, stream: string, sent: readonly object[]): Promise<void> {
  const without = sent.map((one) => (stream === 'attic' ? { rider: (one as { rider: string }).rider } : one));
  await postReadings({ platform: weir }, truck, stream, without);
}

/** A statement with a receipt is answered from segments alone: what waits is sealed for it, once it is there. */
async function seal(weir: ChildPlatform, stream: string, rows: number): Promise<void> {
  await eventually(
    () => weir.query(`select rider from ${stream}`, { purpose: 'quality' }),
    (found) => found.length >= rows,
  );
  const sql = `select 1 as one from ${stream}`;
  await weir.ask('POST', '/v1/query', { body: { sql, purpose: 'quality', receipt: true } });
}

async function backUp(weir: ChildPlatform, location: string): Promise<void> {
  const { id } = await weir.ask<BackupRun>('POST', '/v1/backups', { body: { location } });
  const run = await eventually(
    () => weir.ask<BackupRun>('GET', `/v1/backups/runs/${id}`),
    ({ state }) => state !== 'running',
  );
  assert.deepEqual([run.state, run.failure], ['done', null]);
}

/** Resolves as soon as something is written in a folder. */
function written(folder: string, pattern = /./): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(folder, { recursive: true }, (_, name) => {
      if (name === null || !pattern.test(name)) return;
      watcher.close();
      resolve();
    });
  });
}

async function segmentsIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.parquet'));
}

/** Files below a folder that hold a word in clear. */
async function filesWith(folder: string, word: string): Promise<readonly string[]> {
  const forms = [Buffer.from(word), Buffer.from(word, 'utf16le')];
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    if (forms.some((form) => bytes.includes(form))) found.push(path);
  }
  return found;
}

function noSecret(): Promise<string> {
  return Promise.reject(new Error('a demo key needs none'));
}
