import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock as clock } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { createFileCustody, openCustody } from '#trust/keys/index.ts';
import type { Custody } from '#trust/keys/index.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { DECLARED } from '../../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { startTransit } from '../../../../test/support/transit-server.ts';
import { layoutOf, lockDirectory, makeDirectories } from '../data-directory.ts';
import { moveRootKey } from './move-custody.ts';
import { openTrust } from './open-trust.ts';

test('moveRootKey() takes a whole platform to another custody, where its authority signs on', async (t) => {
  const [folder, server] = [await temporaryFolder(t), await startTransit(t)];
  const layout = layoutOf(join(folder, 'data'));
  await mkdir(layout.root);
  await makeDirectories(layout);
  const trustOf = (custody: Custody) =>
    openTrust({ layout, custody, declared: DECLARED, clock, random, log: silentLog });
  let [handle, hex, keys] = ['', '', [] as readonly string[]];
  {
    await using custody = await createFileCustody(layout.keys, { demo: true }, { clock, random });
    await using trust = await trustOf(custody);
    const [made] = await trust.keys.newDataKeys('weir:store', 'climate', [{ column: 'x', domain: 'health' }]);
    [handle, hex] = [made?.handle ?? '', made?.key.exportBytes().toHex() ?? ''];
    await trust.catalogue.transaction((tx) => trust.keys.keepDataKeys(tx, [handle]));
    keys = trust.audit.verifierKeys;
  }
  const secrets = { passphrase: async () => '', pin: async () => '', token: async () => server.token };
  const target = { kind: 'transit', url: server.url, mount: 'transit' } as const;
  const options = { data: layout.root, target, from: secrets, to: secrets, log: silentLog, onKit: async () => {} };
  {
    await using _running = await lockDirectory(layout);
    await assert.rejects(moveRootKey(options), { code: 'SERVER_DIRECTORY_IN_USE' });
  }
  const { kind, moved } = await moveRootKey(options);
  assert.equal(kind, 'transit');
  assert.ok(moved >= 8, String(moved));

  await using custody = await openCustody(layout.keys, secrets, random);
  await using trust = await trustOf(custody);
  assert.deepEqual(trust.audit.verifierKeys, keys, 'the log goes on under its own keys');
  const opened = await trust.keys.unwrapDataKeys({ actor: 'person:ada', resource: 'view:climate' }, [handle]);
  assert.equal(opened.get(handle)?.exportBytes().toHex(), hex);
  await trust.identity.inventory.enrol({ name: 'truck-7', type: 'reefer' }, 'person:ada');
  await assert.rejects(moveRootKey(options), { code: /KEYS_ROOT_EXISTS|SERVER_DIRECTORY_IN_USE/ });
});
