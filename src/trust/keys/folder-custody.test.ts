import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock as clock } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { testCustody } from '../../../test/conformance/custody.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { createFileCustody, openFileCustody } from './file-custody.ts';
import { FolderCustody } from './folder-custody.ts';

testCustody('a root key with its secrets in a folder of their own', async (t) => {
  const [roots, secrets] = [await temporaryFolder(t), await temporaryFolder(t)];
  await createFileCustody(roots, { demo: true }, { clock, random });
  return { open: async () => new FolderCustody(await openFileCustody(roots, null, random), secrets) };
});

test('FolderCustody says of itself what its root key is', async (t) => {
  const root = await createFileCustody(await temporaryFolder(t), { demo: true }, { clock, random });
  await using custody = new FolderCustody(root, await temporaryFolder(t));
  assert.deepEqual([custody.kind, custody.loopbackOnly, custody.generations], ['demo', true, [1]]);
});
