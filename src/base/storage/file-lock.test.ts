import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { lockFile } from './file-lock.ts';

test('lockFile() refuses a second holder in the same process, and lets it in once the first is gone', async (t) => {
  const file = path.join(await temporaryFolder(t), 'lock');
  const first = lockFile(file);
  assert.ok(first !== null);
  assert.equal(lockFile(file), null);
  first[Symbol.dispose]();
  const second = lockFile(file);
  assert.ok(second !== null);
  second[Symbol.dispose]();
});

test('lockFile() is given back when its process is killed', async (t) => {
  const file = path.join(await temporaryFolder(t), 'lock');
  const module = path.join(import.meta.dirname, 'file-lock.ts');
  const program = `import { lockFile } from ${JSON.stringify(module)};
    console.log(lockFile(${JSON.stringify(file)}) !== null); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  assert.equal(line.toString().trim(), 'true');
  assert.equal(lockFile(file), null);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = lockFile(file);
  assert.ok(lock !== null);
  lock[Symbol.dispose]();
});

test('lockFile() throws where the folder is missing', async (t) => {
  const file = path.join(await temporaryFolder(t), 'none', 'lock');
  assert.throws(() => lockFile(file));
});
