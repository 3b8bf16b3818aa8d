import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { layoutOf } from '#run/server/index.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { chooseDataDirectory, findPlatform, readOperator } from './locate.ts';
import { standIn } from './testing.ts';

test('findPlatform() reads the address that a platform keeps while it runs', async (t) => {
  const data = await temporaryFolder(t);
  await assert.rejects(findPlatform(data), { code: 'CLI_NO_PLATFORM' });
  const { address } = layoutOf(data);
  await mkdir(dirname(address));
  await writeFile(address, '{"api":"https://localhost:1"}');
  assert.equal((await findPlatform(data)).address.api, 'https://localhost:1');
});

test('readOperator() reads the operator’s credential, or says how to do without', async (t) => {
  const { data, authority } = await standIn(t, {});
  assert.equal((await readOperator(layoutOf(data))).authority, authority);
  await assert.rejects(readOperator(layoutOf(await temporaryFolder(t))), {
    code: 'CLI_NO_CREDENTIAL',
    hint: /--token-file/,
  });
});

test('chooseDataDirectory() takes what is named', () => {
  assert.equal(chooseDataDirectory('here'), 'here');
  assert.match(chooseDataDirectory(undefined), /^weir-(data|demo)$/);
});
