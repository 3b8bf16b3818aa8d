import assert from 'node:assert/strict';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';

const MODULE = new URL('./parent-gone.ts', import.meta.url).href;

async function programOf(t: Parameters<typeof temporaryFolder>[0], listens: string): Promise<string> {
  const path = join(await temporaryFolder(t), 'child.mjs');
  await writeFile(path, `import { whenParentGone, endNow } from '${MODULE}';\n${listens}`);
  return path;
}

test('whenParentGone() calls back when the channel closes', async (t) => {
  const program = await programOf(
    t,
    `setInterval(() => {}, 1000); whenParentGone(() => process.exit(7)); process.send('up');`,
  );
  const child = fork(program, [], { execArgv: [] });
  await once(child, 'message');
  child.disconnect();
  assert.deepEqual(await once(child, 'exit'), [7, null]);
});

test('whenParentGone() calls back also where the channel closed before anybody listened', async (t) => {
  const program = await programOf(
    t,
    `setInterval(() => {}, 1000);
    process.once('disconnect', () => setTimeout(() => whenParentGone(() => process.exit(7)), 10));
    process.send('up');`,
  );
  const child = fork(program, [], { execArgv: [] });
  await once(child, 'message');
  child.disconnect();
  assert.deepEqual(await once(child, 'exit'), [7, null]);
});

test('whenParentGone() calls nobody in a process that has no channel', async (t) => {
  const program = await programOf(t, `whenParentGone(() => process.exit(7)); setTimeout(() => {}, 200);`);
  const child = spawn(process.execPath, [program], { stdio: 'ignore' });
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test('endNow() does not wait for what holds up an exit', async (t) => {
  const program = await programOf(t, `process.on('exit', () => { for (;;); }); endNow();`);
  const child = spawn(process.execPath, [program], { stdio: 'ignore' });
  assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL']);
});
