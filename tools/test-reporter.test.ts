import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../test/support/tmp.ts';

/** Runs one test file under the reporter, as a user would, and returns what is printed and the exit status. */
async function reportOf(
  t: Parameters<typeof temporaryFolder>[0],
  source: string,
): Promise<{ text: string; status: number | null }> {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'sample.test.mjs');
  writeFileSync(file, `import { test } from 'node:test';\n${source}`);
  // A runner inside a runner would otherwise report to the outer one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const reporter = path.join(import.meta.dirname, 'test-reporter.ts');
  const args = ['--test', `--test-reporter=${reporter}`, 'sample.test.mjs'];
  const run = spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' });
  return { text: run.stdout, status: run.status };
}

test('report() ends with the count of what passed, failed and was skipped', async (t) => {
  const { text, status } = await reportOf(t, `test('a', () => {}); test('b', (t) => t.skip('no moon'));`);
  assert.equal(status, 0);
  assert.match(text, /^ok {3}sample\.test\.mjs \(1 of 2, /m);
  assert.match(text, /\n1 passed, 0 failed, 1 skipped in \d+ s\n$/);
});

test('report() groups the skipped tests by reason, also those that threw afterwards', async (t) => {
  const { text, status } = await reportOf(
    t,
    `for (const name of ['a', 'b']) test(name, (t) => { t.skip('no moon'); throw new Error('gone'); });
     test('c', (t) => { t.skip(); });`,
  );
  assert.equal(status, 0);
  assert.match(text, /Skipped:\n {2}2 × no moon\n {2}1 × no reason given\n/);
  assert.doesNotMatch(text, /gone/);
});

test('report() shows a failure once, with its place, its cause and what its file printed', async (t) => {
  const { text, status } = await reportOf(
    t,
    `console.log('on the way'); test('outer', async (t) => { await t.test('inner', () => { throw new Error('boom'); }); });`,
  );
  assert.equal(status, 1);
  assert.match(text, /^FAIL sample\.test\.mjs/m);
  assert.match(text, /sample\.test\.mjs:2: inner/);
  assert.equal(text.match(/Error: boom/g)?.length, 1);
  assert.match(text, /on the way/);
  assert.match(text, /\n0 passed, 2 failed, 0 skipped/);
});

test('report() names a file that does not load', async (t) => {
  const { text, status } = await reportOf(t, `throw new Error('at load');`);
  assert.equal(status, 1);
  assert.match(text, /^FAIL sample\.test\.mjs \(no tests ran, /m);
  assert.match(text, /Error: at load/);
});
