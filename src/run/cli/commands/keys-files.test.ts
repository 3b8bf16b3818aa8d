import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock as clock } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { createFileCustody, openFileCustody } from '#trust/keys/index.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { runCommand } from '../testing.ts';
import { addKeysCommand } from './keys.ts';

const OLD = 'seven grey herons stand in the weir';
const NEW = 'eight white herons stand in the weir';

test('weir keys kit and recover: what is lost with its passphrase comes back under a new one', async (t) => {
  const folder = await temporaryFolder(t);
  const data = join(folder, 'data');
  const run = (...words: readonly string[]) => runCommand(addKeysCommand, '--data', data, 'keys', ...words);
  {
    await using custody = await createFileCustody(join(data, 'keys'), { passphrase: OLD }, { clock, random });
    await custody.keep('epoch-1', new Uint8Array(32).fill(7));
  }
  await writeFile(join(folder, 'old'), OLD);
  await writeFile(join(folder, 'new'), NEW);
  const kit = join(folder, 'kit');
  const words = ['--passphrase-file', join(folder, 'old'), '--recovery-kit', kit];
  await run('kit', ...words, '--recovery-shares', '3', '--recovery-threshold', '2');
  const files = (await readdir(kit)).map((name) => join(kit, name));
  assert.equal(files.length, 3);
  const chosen = ['--passphrase-file', join(folder, 'new')];
  await assert.rejects(run('recover', '--share-file', files[0] ?? '', ...chosen), { code: 'KEYS_RECOVERY_FAILED' });
  const before = await readFile(join(data, 'keys', 'root.json'));
  const stranger = join(folder, 'stranger');
  {
    await using other = await createFileCustody(stranger, { demo: true }, { clock, random });
    await writeFile(join(folder, 'strange'), other.recoveryShares(2, 2).join('\n'));
  }
  await assert.rejects(run('recover', '--share-file', join(folder, 'strange'), ...chosen), {
    code: /KEYS_RECOVERY_FAILED|KEYS_ROOT_MALFORMED/,
  });
  assert.deepEqual(
    await readFile(join(data, 'keys', 'root.json')),
    before,
    'a kit of another platform changes nothing',
  );
  const { out } = await run('recover', '--share-file', ...files.slice(1), ...chosen);
  assert.equal(out, 'the root key of generation 1 is back\n');
  await using custody = await openFileCustody(join(data, 'keys'), NEW, random);
  assert.deepEqual(new Uint8Array((await custody.fetch('epoch-1')) ?? []), new Uint8Array(32).fill(7));
});

test('weir keys kit says that a demo key has none, and move what it lacks', async (t) => {
  const folder = await temporaryFolder(t);
  await createFileCustody(join(folder, 'keys'), { demo: true }, { clock, random });
  const run = (...words: readonly string[]) => runCommand(addKeysCommand, '--data', folder, 'keys', ...words);
  await assert.rejects(run('kit'), { code: 'CLI_USAGE', message: /custody demo/ });
  await assert.rejects(run('move', '--to', join(folder, 'nowhere.json')), { code: 'CLI_FILE_UNREADABLE' });
});
