import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { prepareKitFolder, recoveryKitText, writeRecoveryKit } from './recovery-kit.ts';

test('recoveryKitText() shows every share and how many are needed', () => {
  const text = recoveryKitText(['WEIR-A', 'WEIR-B', 'WEIR-C'], 2);
  assert.match(text, /any 2 of these 3 lines/);
  assert.deepEqual(text.match(/WEIR-\w/g), ['WEIR-A', 'WEIR-B', 'WEIR-C']);
});

test('writeRecoveryKit() gives each share a file of its own in a folder that was empty', async (t) => {
  const folder = join(await temporaryFolder(t), 'kit');
  await prepareKitFolder(folder);
  const files = await writeRecoveryKit(folder, ['WEIR-A', 'WEIR-B']);
  assert.equal(await readFile(files[1] ?? '', 'utf8'), 'WEIR-B\n');
  assert.equal((await stat(files[0] ?? '')).mode & 0o777, 0o600);
  await assert.rejects(prepareKitFolder(folder), { code: 'CLI_FILE_EXISTS' });
  await assert.rejects(writeRecoveryKit(folder, ['WEIR-Z']), { code: 'EEXIST' });
  await writeFile(join(folder, 'share-1.txt'), '');
});
