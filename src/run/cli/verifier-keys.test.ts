import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { layoutOf } from '#run/server/index.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { keepKeys, readKeys } from './verifier-keys.ts';

const KEY = 'weir/test+0123abcd+AdyGWpR9A+/k';

test('readKeys() takes keys and files of keys', async (t) => {
  const file = join(await temporaryFolder(t), 'keys');
  await writeFile(file, `# two\n${KEY}\n\n  ${KEY}x=\n`);
  assert.deepEqual(await readKeys([KEY, file]), [KEY, KEY, `${KEY}x=`]);
  await writeFile(file, 'no key\n');
  await assert.rejects(readKeys([file]), { code: 'CLI_USAGE' });
  await writeFile(file, '');
  await assert.rejects(readKeys([file]), { code: 'CLI_USAGE' });
  await assert.rejects(readKeys(['nothing']), { code: 'CLI_FILE_UNREADABLE' });
});

test('keepKeys() keeps the first keys and notices others', async (t) => {
  const layout = layoutOf(await temporaryFolder(t));
  await mkdir(layout.operator);
  assert.equal(await keepKeys(layout, [KEY]), true);
  assert.equal(await keepKeys(layout, [KEY]), true);
  assert.equal(await keepKeys(layout, [`${KEY}x`]), false);
});
