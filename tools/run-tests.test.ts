import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../test/support/tmp.ts';
import { LONGEST, processesFor, TEST_SETS, testFiles } from './run-tests.ts';

const PROJECT = path.resolve(import.meta.dirname, '..');

test('testFiles() takes a set by name, files after a set instead of it, and files alone', () => {
  assert.deepEqual(testFiles([]), testFiles(['all']));
  assert.ok(testFiles(['fast']).length < testFiles(['all']).length);
  assert.deepEqual(testFiles(['all', 'tools/run-tests.test.ts']), ['tools/run-tests.test.ts']);
  assert.deepEqual(testFiles(['tools/test-re*.test.ts', 'tools/run-tests.test.ts']), [
    'tools/run-tests.test.ts',
    'tools/test-reporter.test.ts',
  ]);
  assert.throws(() => testFiles(['tools/nothing.test.ts']), /tools\/nothing\.test\.ts/);
});

test('testFiles() gives each file once, those that run for long first', () => {
  const files = testFiles(['tools/run-tests.test.ts', 'tools/*.test.ts', 'test/e2e/tour.test.ts']);
  assert.equal(files[0], 'test/e2e/tour.test.ts');
  assert.equal(new Set(files).size, files.length);
});

test('the set `all` misses no test file of the project', () => {
  const everywhere = new Set(globSync('**/*.test.ts', { cwd: PROJECT, exclude: ['node_modules/**'] }));
  assert.deepEqual(everywhere, new Set(testFiles(['all'])));
  assert.ok(new Set(testFiles(['fast'])).isSubsetOf(everywhere));
  assert.deepEqual(Object.keys(TEST_SETS), ['all', 'fast']);
});

test('processesFor() puts the files of a room into one process, and loses none', () => {
  const files = testFiles(['all']);
  const processes = processesFor(files);
  assert.deepEqual(new Set([...processes.values()].flat()), new Set(files));
  assert.ok((processes.get('src/base/crypto') ?? []).length > 10);
  assert.deepEqual(processes.get('test/e2e/tour.test.ts'), ['test/e2e/tour.test.ts']);
});

test('processesFor() starts those first that ran longest, each of which is there', () => {
  const names = [...processesFor(testFiles(['all'])).keys()];
  assert.deepEqual(names.slice(0, 2), ['src/run/server', 'test/e2e/tour.test.ts']);
  const [last] = LONGEST.slice(-1);
  assert.equal(names.indexOf(last!), LONGEST.length - 1, 'all that are named are there');
});

/** Runs test files through the runner in a process of its own, as `npm test` does. */
function runnerOf(files: readonly string[]): { text: string; status: number | null } {
  // A runner inside a runner would otherwise report to the outer one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const runner = path.join(import.meta.dirname, 'run-tests.ts');
  const run = spawnSync(process.execPath, [runner, ...files], { cwd: PROJECT, env, encoding: 'utf8' });
  return { text: run.stdout, status: run.status };
}

test('a file in which something failed is run once more, and both outcomes are told', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'sample.test.mjs');
  const mark = JSON.stringify(path.join(folder, 'ran'));
  writeFileSync(
    file,
    `import { existsSync, writeFileSync } from 'node:fs';
     import { test } from 'node:test';
     test('a', () => {});
     test('b', () => { const again = existsSync(${mark}); writeFileSync(${mark}, ''); if (!again) throw new Error('boom'); });`,
  );
  const once = runnerOf([path.relative(PROJECT, file)]);
  assert.equal(once.status, 0, once.text);
  assert.match(once.text, /Error: boom/);
  assert.match(once.text, /\nOf all: 2 passed, 1 of them the second time, 0 failed, 0 skipped\n$/);
});

test('what fails again has failed', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'sample.test.mjs');
  writeFileSync(file, `import { test } from 'node:test'; test('a', () => { throw new Error('boom'); });`);
  const { text, status } = runnerOf([path.relative(PROJECT, file)]);
  assert.equal(status, 1);
  assert.match(text, /\nOf all: 0 passed, 0 of them the second time, 1 failed, 0 skipped\n$/);
});
