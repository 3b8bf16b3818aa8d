import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { openFile, readBytes, readTextFile } from './read-text-file.ts';

test('readTextFile() and openFile() give what is in a file', async (t) => {
  const path = join(await temporaryFolder(t), 'a.txt');
  await writeFile(path, 'weir\n');
  assert.equal(await readTextFile(path), 'weir\n');
  assert.equal(Buffer.from(await readBytes(path)).toString(), 'weir\n');
  assert.equal((await buffer(await openFile(path))).toString(), 'weir\n');
});

test('readTextFile() and openFile() refuse what is not there and what is a folder', async (t) => {
  const folder = await temporaryFolder(t);
  await assert.rejects(readTextFile(join(folder, 'none')), { code: 'CLI_FILE_UNREADABLE', message: /not there/ });
  await assert.rejects(readTextFile(folder), { code: 'CLI_FILE_UNREADABLE', message: /cannot be read/ });
  await assert.rejects(readBytes(join(folder, 'none')), { code: 'CLI_FILE_UNREADABLE' });
  await assert.rejects(openFile(join(folder, 'none')), { code: 'CLI_FILE_UNREADABLE' });
});
