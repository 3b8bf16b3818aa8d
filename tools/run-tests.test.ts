import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { TEST_SETS, testArguments } from './run-tests.ts';

const PROJECT = path.resolve(import.meta.dirname, '..');

test('testArguments() takes a set by name, files after a set instead of it, and files alone', () => {
  const files = (...selection: string[]): string[] => testArguments(selection).filter((word) => !word.startsWith('--'));
  assert.deepEqual(files(), TEST_SETS['all']);
  assert.deepEqual(files('fast'), TEST_SETS['fast']);
  assert.deepEqual(files('all', 'a.test.ts'), ['a.test.ts']);
  assert.deepEqual(files('a.test.ts', 'b.test.ts'), ['a.test.ts', 'b.test.ts']);
});

test('the set `all` misses no test file of the project', () => {
  const found = (patterns: readonly string[]): Set<string> =>
    new Set(globSync([...patterns], { cwd: PROJECT, exclude: ['node_modules/**'] }));
  const everywhere = found(['**/*.test.ts']);
  assert.deepEqual([...everywhere.difference(found(TEST_SETS['all'] ?? []))], []);
  assert.ok(found(TEST_SETS['fast'] ?? []).isSubsetOf(everywhere));
});
