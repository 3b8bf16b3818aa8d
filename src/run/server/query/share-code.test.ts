import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { shareCode } from './share-code.ts';

test('shareCode() gives user 0 what is kept for a user, once, and nothing of others', async (t) => {
  const cache = await temporaryFolder(t);
  for (const name of ['v1-x64-aa-1000', 'v2-x64-bb-1000', 'v1-x64-aa-11000', 'v3-x64-cc-7'])
    await mkdir(join(cache, name));
  await shareCode(cache, 1_000);
  await writeFile(join(cache, 'v1-x64-aa-1000', 'code'), 'later');
  await shareCode(cache, 1_000);
  const links = (await readdir(cache)).filter((name) => name.endsWith('-0'));
  assert.deepEqual(links.sort(), ['v1-x64-aa-0', 'v2-x64-bb-0']);
  assert.equal(await readFile(join(cache, 'v1-x64-aa-0', 'code'), 'utf8'), 'later');
  assert.equal(await readlink(join(cache, 'v2-x64-bb-0')), 'v2-x64-bb-1000');
});

test('shareCode() leaves alone what is user 0 itself, and a folder that is not there', async (t) => {
  const cache = await temporaryFolder(t);
  await mkdir(join(cache, 'v1-x64-aa-0'));
  await shareCode(cache, 0);
  assert.deepEqual(await readdir(cache), ['v1-x64-aa-0']);
  await shareCode(join(cache, 'none'), 1_000);
});

test('Node keeps compiled code by the number of the user', async (t) => {
  const cache = await temporaryFolder(t);
  const program = join(cache, 'program.mjs');
  await writeFile(program, '');
  await promisify(execFile)(process.execPath, [program], { env: { NODE_COMPILE_CACHE: join(cache, 'kept') } });
  const [name = ''] = await readdir(join(cache, 'kept'));
  assert.ok(name.endsWith(`-${process.getuid?.()}`), name);
});
