import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { SigningKey, noteSigner } from '#base/crypto/index.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { startWitness } from './start-witness.ts';

test('startWitness() starts a witness on a free port that keeps its key', async (t) => {
  const folder = join(await temporaryFolder(t), 'witness');
  const log = noteSigner('weir/a', SigningKey.fromSeed('ed25519', new Uint8Array(32).fill(1))).verifierKey;
  const keys: (readonly string[])[] = [];
  for (let start = 0; start < 2; start++) {
    await using witness = await startWitness(folder, [log]);
    const reply = await fetch(`${witness.announcement.url}/add-checkpoint`, { method: 'POST', body: 'nonsense' });
    assert.equal(reply.status, 400);
    keys.push(witness.announcement.keys);
  }
  assert.deepEqual(keys[0], keys[1]);
  assert.ok((await readdir(folder)).includes('ed25519.key'));
});

test('startWitness() says when it does not come up', async (t) => {
  await assert.rejects(startWitness(await temporaryFolder(t), ['no-key']), { code: 'CLI_UNFINISHED' });
});
