import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeUtf8 } from '#base/core/index.ts';
import { CHECKPOINT_PATH } from '#trust/audit/index.ts';
import { openAuditLog } from '../../../../test/support/open-audit-log.ts';
import { findGap, gapFound } from './find-gap.ts';
import { openBackupWorld } from './testing.ts';

test('a log that lacks what somebody knows of it is found out, by checkpoint and by another place', async (t) => {
  const { custody, parts, place, backUp, add, trust, folder } = await openBackupWorld(t);
  await add('s1');
  await backUp();
  await cp(place, join(folder, 'old'), { recursive: true });
  const { audit } = trust;
  const size = audit.checkpoint.size;
  const trusted = { custody, open: await parts.open() };
  const places = [{ location: place }];
  assert.equal(await findGap(size, {}, trusted), null);
  assert.equal(await findGap(size, { places }, trusted), null);
  await backUp();
  await audit.flush();
  const note = decodeUtf8((await audit.source.read(CHECKPOINT_PATH)) ?? new Uint8Array(0));
  const newest = audit.checkpoint.size;
  const gap = await findGap(size, { places: [{ location: join(folder, 'old') }], checkpoints: [note] }, trusted);
  assert.deepEqual([gap?.from, gap?.to], [size, newest]);
  const byPlace = await findGap(size, { places }, trusted);
  assert.ok((byPlace?.to ?? 0) > size);
  assert.deepEqual(
    [gapFound(gap!).code, gapFound(gap!).message.includes(`${size} to ${newest - 1}`)],
    ['BACKUP_LOG_GAP', true],
  );
  const { log: other } = await openAuditLog(t);
  await other.flush();
  const strange = decodeUtf8((await other.source.read(CHECKPOINT_PATH)) ?? new Uint8Array(0));
  await assert.rejects(findGap(size, { checkpoints: [strange] }, trusted), { code: 'AUDIT_CHECKPOINT_INVALID' });
});
