import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { DECLARED } from '../../../../test/support/open-trust.ts';
import { createFileCustody } from '#trust/keys/index.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { layoutOf, makeDirectories } from '../data-directory.ts';
import { auditReader } from './audit-reader.ts';
import { authorityFile, openTrust } from './open-trust.ts';

async function prepare(t: Cleanable) {
  const layout = layoutOf(join(await temporaryFolder(t), 'data'));
  await makeDirectories(layout);
  const sources = { clock: systemClock, random: systemRandom };
  const custody = await createFileCustody(layout.keys, { demo: true }, sources);
  return { layout, open: () => openTrust({ layout, custody, declared: DECLARED, log: silentLog, ...sources }) };
}

test('openTrust() opens again as the same platform, with its devices', async (t) => {
  const { open } = await prepare(t);
  const seen: unknown[] = [];
  for (const first of [true, false]) {
    await using trust = await open();
    if (first) await trust.identity.inventory.enrol({ name: 'truck-1', type: 'reefer' }, 'test');
    const { deployment, certificates, inventory } = trust.identity;
    seen.push([deployment, certificates.root, trust.audit.verifierKeys, inventory.find('truck-1')?.index]);
  }
  assert.deepEqual(seen[0], seen[1]);
});

test('openTrust() logs what it makes on behalf of the platform itself', async (t) => {
  const { open } = await prepare(t);
  await using trust = await open();
  await trust.audit.flush();
  const entries = await auditReader(trust.audit).entries(0, 100);
  assert.ok(entries.length > 0);
  assert.ok(entries.every(({ event }) => event.actor.startsWith('weir:')));
});

test('openTrust() gives the log back where a later part does not open', async (t) => {
  const { open, layout } = await prepare(t);
  await (await open())[Symbol.asyncDispose]();
  const whole = await readFile(layout.catalogue);
  await writeFile(layout.catalogue, 'no catalogue at all, but some other file');
  await assert.rejects(open());
  await writeFile(layout.catalogue, whole);
  await using trust = await open();
  assert.ok(trust.audit.size > 0);
});

test('authorityFile() is where commands look for it', () => {
  assert.equal(authorityFile(layoutOf('/data')), '/data/identity/ca.crt');
});
