import assert from 'node:assert/strict';
import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { makeFolder } from './make-folder.ts';

test('makeFolder() makes what is missing, for its user alone, also when many ask for it at once', async (t) => {
  const folder = path.join(await temporaryFolder(t), 'a/b/c');
  await Promise.all(Array.from({ length: 8 }, () => makeFolder(folder)));
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
