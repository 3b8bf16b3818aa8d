import assert from 'node:assert/strict';
import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { makeFolder } from './make-folder.ts';

test('makeFolder() makes what is missing, for its user alone, also when many ask for it at once', async (t) => {
  const root = await temporaryFolder(t);
  const folder = path.join(root, 'a/b/c');
  for (let round = 0; round < 50; round++) {
    // Of different depths, so that what is above is made by one while another looks whether it is there.
    const asked = Array.from({ length: 12 }, (_, i) => path.join(root, `r${round}`, 'b', `c${i % 3}`));
    await Promise.all([...asked, ...asked.map((one) => path.dirname(one))].map(makeFolder));
  }
  await makeFolder(folder);
  await makeFolder(folder);
  const found = await stat(folder);
  assert.deepEqual([found.isDirectory(), found.mode & 0o777], [true, 0o700]);
});

test('makeFolder() ends where a file has the name, or stands in the way', async (t) => {
  const file = path.join(await temporaryFolder(t), 'file');
  await writeFile(file, '');
  await assert.rejects(makeFolder(file), { code: 'ENOTDIR' });
  await assert.rejects(makeFolder(path.join(file, 'below')), { code: 'ENOTDIR' });
});

test(
  'makeFolder() ends where a file system takes no folders',
  { skip: process.platform === 'linux' ? false : 'needs /proc' },
  () => assert.rejects(makeFolder('/proc/weir/below'), { code: 'ENOENT' }),
);
