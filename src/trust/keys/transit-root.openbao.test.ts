import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { testCustody } from '../../../test/conformance/custody.ts';
import { startOpenBao } from '../../../test/support/openbao.ts';
import type { OpenBao } from '../../../test/support/openbao.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { FolderCustody } from './folder-custody.ts';
import { createTransitRoot, openTransitRoot } from './transit-root.ts';

/** The policy that the task page gives, word for word. */
const PAGE = path.resolve(import.meta.dirname, '../../../docs/tasks/keep-keys-in-an-hsm.md');

/** A mount of its own in the server, and a token that may do what the page says. */
async function placeIn(bao: OpenBao, mount: string) {
  await bao.ask('POST', `sys/mounts/${mount}`, { type: 'transit' });
  const policy = /```hcl\n(.*?)```/s.exec(await readFile(PAGE, 'utf8'))?.[1] ?? '';
  const token = await bao.tokenFor(policy.replaceAll('"transit/', `"${mount}/`));
  return { token, place: { kind: 'transit', url: bao.url, mount, key: 'weir-root-1' } as const };
}

let mounts = 0;
const nextMount = (): string => `transit-${(mounts += 1)}`;

testCustody('custody in a whole OpenBao server', async (t: TestContext) => {
  const { place, token } = await placeIn(await startOpenBao(t), nextMount());
  const folder = await temporaryFolder(t);
  await (await createTransitRoot(place, token))[Symbol.asyncDispose]();
  return { open: async () => new FolderCustody(await openTransitRoot(place, token), folder) };
});

test('a whole OpenBao server tells a wrong token, a missing key and one that is there apart, and trims from the oldest on', async (t) => {
  const bao = await startOpenBao(t);
  const { place, token } = await placeIn(bao, nextMount());
  await assert.rejects(openTransitRoot(place, 'wrong'), { code: 'KEYS_PIN_WRONG' });
  await assert.rejects(openTransitRoot(place, token), { code: 'KEYS_ROOT_MISSING' });
  await using root = await createTransitRoot(place, token);
  await assert.rejects(createTransitRoot(place, token), { code: 'KEYS_ROOT_EXISTS' });
  await root.rotate();
  await root.rotate();
  await assert.rejects(root.destroyGeneration(2), { code: 'KEYS_VERSION_NEEDED', message: /older/ });
  await root.destroyGeneration(1);
  assert.deepEqual(root.generations, [2, 3]);
  // A token of another policy may nothing here.
  const other = await bao.tokenFor('path "transit-9/*" { capabilities = ["read"] }');
  await assert.rejects(openTransitRoot(place, other), { code: 'KEYS_PIN_WRONG' });
});
