import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { CommandContext } from './command-context.ts';
import { OutFiles } from './out-files.ts';
import { recordTerminal } from './testing.ts';

async function place(t: TestContext, typed?: string) {
  const folder = await temporaryFolder(t);
  const context = new CommandContext(recordTerminal(false, typed), {}, ['synth', 'climate']);
  return { folder, file: join(folder, 'rows.csv'), context };
}

test('OutFiles writes what was not there, whole and with its rights, and leaves no draft', async (t) => {
  const { folder, file, context } = await place(t);
  const files = await OutFiles.open(context, {}, file, undefined);
  await files.write(file, ['a\n', 'b\n'], 0o600);
  assert.equal(await readFile(file, 'utf8'), 'a\nb\n');
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(folder), ['rows.csv']);
});

test('OutFiles replaces a file with --yes or with a yes, and says which it is before', async (t) => {
  for (const [typed, options] of [
    [undefined, { yes: true }],
    ['yes', {}],
  ] as const) {
    const { file, context } = await place(t, typed);
    await writeFile(file, 'before', { mode: 0o644 });
    const files = await OutFiles.open(context, options, file);
    await files.write(file, 'after', 0o600);
    assert.equal(await readFile(file, 'utf8'), 'after');
    assert.equal((await stat(file)).mode & 0o777, 0o600, 'it has the rights of what is in it now');
  }
  const { file, context } = await place(t);
  await writeFile(file, 'before');
  await assert.rejects(OutFiles.open(context, {}, file), {
    code: 'CLI_UNCONFIRMED',
    message: /rows\.csv \(6 B, of 20.*\) is there already and would be replaced$/,
    hint: 'Do it all the same with `npm run -s weir -- synth climate --yes`',
  });
  assert.equal(await readFile(file, 'utf8'), 'before');
});

test('OutFiles keeps what came there meanwhile, so that of two at once one is refused', async (t) => {
  const { folder, file, context } = await place(t);
  const files = await OutFiles.open(context, {}, file);
  await writeFile(file, 'the other');
  await assert.rejects(files.write(file, 'mine'), { code: 'CLI_FILE_EXISTS' });
  assert.equal(await readFile(file, 'utf8'), 'the other');
  assert.deepEqual(await readdir(folder), ['rows.csv']);
});

test('OutFiles leaves what is there as it was where the writing fails', async (t) => {
  const { folder, file, context } = await place(t);
  await writeFile(file, 'before');
  const files = await OutFiles.open(context, { yes: true }, file);
  async function* broken(): AsyncGenerator<string> {
    yield 'half';
    throw new Error('the platform went');
  }
  await assert.rejects(files.write(file, broken()), /went/);
  assert.equal(await readFile(file, 'utf8'), 'before');
  assert.deepEqual(await readdir(folder), ['rows.csv']);
});

test('OutFiles writes through a link and into what is no file, and not in the place of a folder', async (t) => {
  const { folder, file, context } = await place(t);
  await writeFile(file, 'before');
  const alias = join(folder, 'alias');
  await symlink(file, alias);
  await (await OutFiles.open(context, { yes: true }, alias)).write(alias, 'after');
  assert.equal(await readFile(file, 'utf8'), 'after');
  await (await OutFiles.open(context, {}, '/dev/null')).write('/dev/null', 'gone');
  await mkdir(join(folder, 'deep'));
  await assert.rejects(OutFiles.open(context, { yes: true }, join(folder, 'deep')), { code: 'CLI_USAGE' });
});
