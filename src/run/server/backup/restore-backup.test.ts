import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeUtf8, systemClock as clock } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { openFileCustody } from '#trust/keys/index.ts';
import { CHECKPOINT_PATH } from '#trust/audit/index.ts';
import { openAuditLog, silentLog } from '../../../../test/support/open-audit-log.ts';
import { entriesFrom } from '../control/audit-reader.ts';
import { settleTrust } from '../control/settle-trust.ts';
import { NOTHING_DECLARED } from '../control/nothing-declared.ts';
import { openTrust } from '../control/open-trust.ts';
import type { Trust } from '../control/open-trust.ts';
import { SegmentHost } from '../control/segment-host.ts';
import { layoutOf } from '../data-directory.ts';
import { openBackupWorld, restoreTo } from './testing.ts';

const USE = { actor: 'test', resource: 'segment:s' };

async function openRestored(
  data: string,
  passphrase: string | null = null,
): Promise<Trust & { segments: SegmentHost }> {
  const layout = layoutOf(data);
  const custody = await openFileCustody(layout.keys, passphrase, random);
  const trust = await openTrust({ layout, custody, declared: NOTHING_DECLARED, clock, random, log: silentLog });
  return { ...trust, segments: await SegmentHost.open(trust.catalogue, trust.keys, clock) };
}

test('what is restored opens under a new epoch, in files for their owner alone', async (t) => {
  const { place, add, backUp, folder } = await openBackupWorld(t);
  const segment = await add('s1');
  await backUp();
  const data = join(folder, 'again');
  const restored = await restoreTo(data, place);
  assert.deepEqual([restored.segments, restored.bytes, restored.missing], [1, segment.size, []]);
  assert.deepEqual(
    await readFile(join(data, 'objects', segment.objectKey)),
    await readFile(join(place, segment.objectKey)),
  );
  const names = await readdir(data);
  assert.equal(names.includes('restoring.json'), false);
  for (const name of ['catalogue.db', 'keys/root.json']) assert.equal((await stat(join(data, name))).mode & 0o77, 0);
  await using trust = await openRestored(data);
  assert.deepEqual(
    (await trust.segments.active()).map(({ id }) => id),
    ['s1'],
  );
  assert.equal((await trust.keys.unwrapDataKeys(USE, [segment.footerHandle])).size, 1);
  const epochs = (await trust.keys.lifecycle.list())
    .filter(({ kind }) => kind === 'epoch')
    .map(({ version }) => version);
  assert.deepEqual(epochs, [2]);
});

test('nothing is written over; a restore that was cut off is done anew', async (t) => {
  const { place, add, backUp, folder } = await openBackupWorld(t);
  const segment = await add('s1');
  await backUp();
  const data = join(folder, 'again');
  await mkdir(data);
  await writeFile(join(data, 'mine'), 'x');
  await assert.rejects(restoreTo(data, place), { code: 'BACKUP_TARGET_TAKEN' });
  assert.deepEqual(await readdir(data), ['mine']);
  await rm(join(data, 'mine'));
  const file = join(place, segment.objectKey);
  const bytes = await readFile(file);
  await writeFile(file, bytes.toReversed());
  await assert.rejects(restoreTo(data, place), { code: 'BACKUP_DAMAGED' });
  assert.equal((await readdir(data)).includes('restoring.json'), true);
  await writeFile(file, bytes);
  assert.equal((await restoreTo(data, place)).segments, 1);
  await assert.rejects(restoreTo(data, place), { code: 'BACKUP_TARGET_TAKEN' });
  await assert.rejects(restoreTo(join(folder, 'new'), join(folder, 'nowhere')), { code: 'BACKUP_MISSING' });
});

test('a backup opens with the passphrase, or with the recovery kit under a new one', async (t) => {
  const { place, add, backUp, folder, custody } = await openBackupWorld(t, { passphrase: 'seven grey herons' });
  await add('s1');
  await backUp();
  const shares = custody.recoveryShares(2, 3);
  const secrets = (word: string) => ({
    passphrase: async () => word,
    pin: () => Promise.reject(new Error('none')),
    token: () => Promise.reject(new Error('none')),
  });
  const wrong = restoreTo(join(folder, 'a'), place, { secrets: secrets('seven white herons') });
  await assert.rejects(wrong, { code: 'KEYS_PASSPHRASE_WRONG' });
  await restoreTo(join(folder, 'b'), place, { secrets: secrets('seven grey herons') });
  await restoreTo(join(folder, 'c'), place, { secrets: secrets('eight grey herons'), shares: shares.slice(1) });
  await using trust = await openRestored(join(folder, 'c'), 'eight grey herons');
  assert.equal((await trust.segments.active()).length, 1);
});

test('a log that outlived the platform is taken; one that lacks what is known stops it until that is accepted', async (t) => {
  const { place, add, backUp, folder, trust, layout, stop } = await openBackupWorld(t);
  await add('s1');
  await backUp();
  await trust.audit.append({ actor: 'test', action: 'try', resource: 'later:*', outcome: 'done' });
  await trust.audit.flush();
  const note = decodeUtf8((await trust.audit.source.read(CHECKPOINT_PATH)) ?? new Uint8Array(0));
  const size = trust.audit.checkpoint.size;
  await stop();
  const known = { checkpoints: [note] };
  await assert.rejects(restoreTo(join(folder, 'a'), place, { known }), { code: 'BACKUP_LOG_GAP' });
  const accepted = await restoreTo(join(folder, 'a'), place, { known, acceptGap: true });
  assert.equal(accepted.gap?.to, size);
  assert.match(await readFile(layoutOf(join(folder, 'a')).restored, 'utf8'), /"from"/);

  const whole = await restoreTo(join(folder, 'b'), place, { known, newerLog: layout.audit });
  assert.equal(whole.gap, null);
  await using again = await openRestored(join(folder, 'b'));
  const later: string[] = [];
  for await (const { event } of entriesFrom(again.audit, 0)) later.push(`${event.action} ${event.resource}`);
  assert.ok(later.includes('try later:*'));
  assert.ok(later.some((entry) => entry.startsWith('restore-backup')));

  const { log: other } = await openAuditLog(t, { directory: join(folder, 'other') });
  await other.flush();
  await assert.rejects(restoreTo(join(folder, 'c'), place, { newerLog: join(folder, 'other') }), {
    code: 'BACKUP_LOG_OTHER',
  });
});

test('what was revoked after the catalogue was copied stays revoked: the next start replays the log', async (t) => {
  const world = await openBackupWorld(t);
  const { place, add, backUp, folder, trust, parts } = world;
  await add('s1');
  await trust.identity.issueOperator('test');
  const [row] = await trust.catalogue.all("SELECT serial FROM identity_certificate WHERE holder_kind = 'client'");
  const serial = String(row?.['serial']);
  let revoked = false;
  Object.assign(parts, {
    // The first thing that is done once the catalogue was copied, and before the log is.
    storedIn: async (...words: Parameters<typeof parts.storedIn>) => {
      if (!revoked) await trust.identity.revocations.revoke({ kind: 'serial', serial }, 'keyCompromise', 'test');
      revoked = true;
      return world.segments.activeIn(...words);
    },
  });
  assert.equal((await backUp()).failure, null);
  await restoreTo(join(folder, 'again'), place);
  await using again = await openRestored(join(folder, 'again'));
  await settleTrust(again.audit, again.identity, { witness: null, clock, log: silentLog });
  assert.notEqual(await again.identity.revocations.find(serial), null);
});
