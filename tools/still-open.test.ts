import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../test/support/tmp.ts';

/** Runs a test file as the runner does, with so long for what stays open. */
async function run(
  t: Parameters<typeof temporaryFolder>[0],
  source: string,
  { name = 'sample.test.mjs', idleMs = 100 } = {},
) {
  const file = path.join(await temporaryFolder(t), name);
  writeFileSync(file, `import { test } from 'node:test';\n${source}`);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const args = ['--disable-warning=ExperimentalWarning', `--import=${path.join(import.meta.dirname, 'still-open.ts')}`];
  const { status, stderr } = spawnSync(process.execPath, [...args, file], {
    env: { ...env, WEIR_TEST_IDLE_MS: String(idleMs) },
    encoding: 'utf8',
  });
  return { status, stderr };
}

test('a process that a test leaves something open in fails and says what', async (t) => {
  const { status, stderr } = await run(t, `test('a', () => void setInterval(() => {}, 1000));`);
  assert.equal(status, 1);
  assert.match(stderr, /no test ran for 0\.1 s and something is still open: .*Timeout/);
});

test('a process that is no file of tests goes on as it likes', async (t) => {
  const { status } = await run(t, `setTimeout(() => {}, 500);`, { name: 'sample.mjs' });
  assert.equal(status, 0);
});

test('a test that takes long is waited for', async (t) => {
  // Time enough to begin, on any machine.
  const source = `test('a', () => new Promise((done) => setTimeout(done, 2500)));`;
  const { status } = await run(t, source, { idleMs: 2_000 });
  assert.equal(status, 0);
});
