import assert from 'node:assert/strict';
import { cp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { noteSigner, sha256Hex } from '#base/crypto/index.ts';
import { openBackupWorld } from '#run/server/backup/testing.ts';
import { addBackupCommand } from '#run/cli/commands/backup.ts';
import { runCommand } from '#run/cli/testing.ts';
import { restoreBackup, verifyBackup } from '#run/server/index.ts';
import type { BackupRun, Restored, RestoreOptions, ShownTarget } from '#run/server/index.ts';
import { eventually } from '../support/eventually.ts';
import { silentLog, testKey } from '../support/open-audit-log.ts';
import type { PlatformClient } from '../support/platform-client.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import type { TestPlatform } from '../support/running-platform.ts';
import { temporaryFolder } from '../support/tmp.ts';
import { postReadings } from './post-readings.ts';

const TEMPLATE = `template: 1
name: test
devices: { truck: {} }
streams:
  climate:
    from: truck
    purposes: [quality]
    fields:
      n: { type: integer }
      driver: { type: text, class: personal }
people:
  operator: { query: all, purposes: [quality], sees: [operational, personal] }
`;
const NO_SECRETS = { passphrase: noSecret, pin: noSecret, token: noSecret };

function noSecret(): Promise<string> {
  return Promise.reject(new Error('a demo key needs none'));
}

async function backUp(weir: PlatformClient, location: string, more: object = {}): Promise<BackupRun> {
  const { id } = await weir.ask<BackupRun>('POST', '/v1/backups', { body: { location, ...more } });
  return eventually(
    () => weir.ask<BackupRun>('GET', `/v1/backups/runs/${id}`),
    ({ state }) => state !== 'running',
  );
}

/** SHA-256 of each file below a folder, by path. */
async function hashes(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = new Map<string, string>();
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) found.set(path.slice(folder.length + 1), sha256Hex(await readFile(path)));
  }
  return found;
}

const QUERY = 'select n, driver from climate order by n';

test('a platform that is wiped comes back from its backup', async (t) => {
  await using weir: TestPlatform = await startTestPlatform(TEMPLATE);
  const truck = await weir.enrol('truck-1', 'truck');
  const send = async (from: number, count: number): Promise<void> => {
    const readings = Array.from({ length: count }, (_, i) => ({ n: from + i, driver: `driver ${from + i}` }));
    assert.equal((await postReadings(weir, truck, 'climate', readings)).status, 202);
  };
  const place = join(weir.folder, 'copies');
  const restore = (location: string, more: Partial<RestoreOptions> = {}): Promise<Restored> =>
    restoreBackup({
      place: { location },
      data: weir.layout.root,
      secrets: NO_SECRETS,
      log: silentLog,
      onProgress: () => undefined,
      ...more,
    });
  const keys = (await weir.ask<{ keys: string[] }>('GET', '/v1/prove/keys')).keys;
  await send(0, 5);
  await weir.ask('POST', '/v1/datasets', { body: { name: 'frozen', sql: QUERY, purpose: 'quality' } });

  await t.test('what was acknowledged is in it, sealed as it was, and copied once', async () => {
    const first = await backUp(weir, place);
    assert.deepEqual([first.state, first.failure, first.result?.missing], ['done', null, []]);
    assert.ok((first.result?.copied ?? 0) > 0);
    await send(5, 5);
    const second = await backUp(weir, place);
    assert.ok((second.result?.copied ?? 0) < (second.result?.segments ?? 0), 'segments that were there are not copied');
    const { targets } = await weir.ask<{ targets: ShownTarget[] }>('GET', '/v1/backups');
    assert.deepEqual([targets.length, targets[0]?.location, targets[0]?.behind], [1, place, null]);
    for (const [path, digest] of await hashes(join(place, 'segments')))
      assert.equal(sha256Hex(await readFile(join(weir.layout.objects, 'segments', path))), digest);
    for (const path of (await hashes(place)).keys())
      assert.equal((await readFile(join(place, path))).includes('driver 7'), false, path);
  });

  await t.test('weir prove --row 30 looks at it', async () => {
    const { controls } = await weir.ask<{ controls: { outcome: string }[] }>('POST', '/v1/prove', {
      body: { rows: [30], ids: [] },
    });
    assert.deepEqual(
      controls.map(({ outcome }) => outcome),
      ['pass'],
    );
  });

  await t.test('one flipped byte is found, whatever it is in', async () => {
    const whole = await verifyBackup({ location: place }, keys, () => undefined);
    assert.deepEqual(whole.damaged, []);
    for (const path of (await hashes(place)).keys()) {
      const file = join(place, path);
      const bytes = await readFile(file);
      const changed = Buffer.from(bytes);
      changed[Math.floor(bytes.length / 2)]! ^= 1;
      await writeFile(file, changed);
      const found = await verifyBackup({ location: place }, keys, () => undefined).then(
        ({ damaged }) => damaged.join(),
        (error: { code: string }) => error.code,
      );
      assert.match(found, /^BACKUP_|^(segments|datasets|blobs)\/|^weir-backup/, path);
      await writeFile(file, bytes);
    }
  });

  const old = join(weir.folder, 'old');
  const newer = { path: 'template.yaml', text: `${TEMPLATE}limits: { new-tokens: 7 }\n`, files: {} };
  await cp(place, old, { recursive: true });
  const outlived = join(weir.folder, 'outlived');

  await t.test('the same question has the same answer, and what is there equals a manifest of hashes', async () => {
    const before = await weir.query(QUERY, { purpose: 'quality' });
    assert.equal(before.length, 10);
    const segments = await hashes(join(place, 'segments'));
    await weir.platform[Symbol.asyncDispose]();
    await rm(weir.layout.root, { recursive: true });
    const restored = await restore(place);
    assert.equal(restored.segments, segments.size + 1, 'and a dataset');
    assert.deepEqual(await hashes(join(weir.layout.objects, 'segments')), segments);
    await weir.restart();
    assert.deepEqual(await weir.query(QUERY, { purpose: 'quality' }), before);
    assert.deepEqual(await hashes(join(weir.layout.objects, 'datasets')), await hashes(join(place, 'datasets')));
    assert.equal((await weir.call('GET', '/v1/datasets/frozen/rows')).status, 200);
    await send(10, 1);
    const more = await eventually(
      () => weir.query(QUERY, { purpose: 'quality' }),
      (rows) => rows.length > 10,
    );
    assert.equal(more.length, 11);
  });

  await t.test('an old copy brings back neither an older template nor a revoked certificate', async () => {
    await weir.ask('POST', '/v1/revocations', { body: { device: 'truck-1', reason: 'keyCompromise' } });
    await weir.ask('POST', '/v1/template/apply', { body: newer });
    await weir.platform[Symbol.asyncDispose]();
    await rename(weir.layout.audit, outlived);
    await rm(weir.layout.root, { recursive: true });
    await restore(old, { newerLog: outlived });
    await assert.rejects(weir.restart(), { code: 'SERVER_TEMPLATE_OLDER' });
    await weir.restart({ source: newer });
    assert.equal((await weir.query(QUERY, { purpose: 'quality' })).length, 10, 'what came since is not in it');
    assert.equal((await postReadings(weir, truck, 'climate', [{ n: 99 }])).status, 403);
  });
});

test('weir backup verify and restore work on files', async (t) => {
  const { place, add, backUp, parts, folder } = await openBackupWorld(t);
  const segment = await add('s1');
  await backUp();
  const { keys } = JSON.parse(await parts.sign('application/test', {})) as { keys: string[] };
  const whole = await runCommand(addBackupCommand, 'backup', 'verify', '--from', place, '--key', ...keys);
  assert.match(whole.out, /is whole: all up to .*, 1 segments/);
  const strange = noteSigner(`weir/${parts.deployment}/evidence`, testKey('ed25519')).verifierKey;
  await assert.rejects(runCommand(addBackupCommand, 'backup', 'verify', '--from', place, '--key', strange), {
    code: 'BACKUP_DAMAGED',
  });
  const data = join(folder, 'again');
  const restored = await runCommand(addBackupCommand, '--data', data, 'backup', 'restore', '--from', place);
  assert.match(restored.out, /again has all up to .*: 1 segments/);
  await writeFile(join(place, segment.objectKey), 'torn');
  await assert.rejects(runCommand(addBackupCommand, 'backup', 'verify', '--from', place, '--key', ...keys), {
    code: 'CLI_BACKUP_DAMAGED',
  });
  await assert.rejects(
    runCommand(addBackupCommand, 'backup', 'verify', '--from', await temporaryFolder(t), '--key', ...keys),
    {
      code: 'BACKUP_MISSING',
    },
  );
});
