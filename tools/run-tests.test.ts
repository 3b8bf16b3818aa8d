import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

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
