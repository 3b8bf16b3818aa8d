import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../test/support/tmp.ts';

import { conclude, PROJECT_ROOT, readProject } from './project.ts';

test('readProject() reads sources, tools and documents, hidden settings included, and no packages', () => {
  const project = readProject(PROJECT_ROOT);
  for (const file of ['package.json', '.npmrc', 'tools/project.ts', 'src/base/core/index.ts', 'bin/weir']) {
    assert.ok(project.has(file), file);
  }
  assert.ok([...project.keys()].every((file) => !file.includes('node_modules')));
});

test('readProject() leaves out packages below a source folder', async (t) => {
  const root = await temporaryFolder(t);
  for (const folder of ['src/a', 'src/node_modules/b']) {
    mkdirSync(path.join(root, folder), { recursive: true });
    writeFileSync(path.join(root, folder, 'x.ts'), 'text');
  }
  assert.deepEqual([...readProject(root)], [['src/a/x.ts', 'text']]);
});

test('conclude() makes the process fail only when there are problems', (t) => {
  const before = process.exitCode;
  t.after(() => (process.exitCode = before));
  const log = t.mock.method(console, 'log', () => {});
  conclude('check', []);
  assert.equal(process.exitCode, before);
  conclude('check', ['place: wrong']);
  assert.equal(process.exitCode, 1);
  assert.deepEqual(
    log.mock.calls.map((call) => call.arguments[0]),
    ['place: wrong', 'check: 1 problem'],
  );
});

test('the scripts of the project run under the Node that it pins', () => {
  const manifest = JSON.parse(readProject(PROJECT_ROOT).get('package.json') ?? '{}') as {
    optionalDependencies: Record<string, string>;
  };
  const builds = Object.entries(manifest.optionalDependencies).filter(([name]) => name.startsWith('node-'));
  assert.deepEqual(new Set(builds.map(([, version]) => version)), new Set([process.versions.node]));
});
