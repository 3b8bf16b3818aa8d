import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { corpora, requireJars, requireProgram, requirePythonIn } from './outside.ts';
import { temporaryFolder } from './tmp.ts';

class RecordingTest {
  readonly reasons: (string | undefined)[] = [];
  skip(reason?: string): void {
    this.reasons.push(reason);
  }
  todo(): void {}
}

test('requireProgram() returns the path of a program on PATH', async (t) => {
  const folder = await temporaryFolder(t);
  const program = path.join(folder, 'weir-test-program');
  writeFileSync(program, '#!/bin/sh\n');
  chmodSync(program, 0o755);
  const fake = new RecordingTest();
  assert.equal(requireProgram(fake, 'weir-test-program', { PATH: `/nowhere:${folder}` }), program);
  assert.deepEqual(fake.reasons, []);
});

test('requireProgram() does not take a file that cannot be executed', async (t) => {
  const folder = await temporaryFolder(t);
  writeFileSync(path.join(folder, 'weir-test-program'), '');
  const fake = new RecordingTest();
  assert.throws(() => requireProgram(fake, 'weir-test-program', { PATH: folder }), /not on PATH/);
  assert.equal(fake.reasons.length, 1);
});

test('an absent thing skips and stops the test, and fails it in CI without skipping', () => {
  const calls: ((t: RecordingTest, environment: Record<string, string>) => unknown)[] = [
    (t, environment) => requireProgram(t, 'no-such-program', environment),
    (t, environment) => requirePythonIn(environment, t, ['json']),
    (t, environment) => corpora(t, 'standards/no-such-suite', environment),
    (t, environment) => requireJars(t, ['no-such-library'], environment),
  ];
  for (const call of calls) {
    const outside = new RecordingTest();
    assert.throws(() => call(outside, { PATH: '/nowhere' }));
    assert.equal(outside.reasons.length, 1);
    const inside = new RecordingTest();
    assert.throws(() => call(inside, { PATH: '/nowhere', CI: 'true' }), /^Error: CI has everything installed/);
    assert.deepEqual(inside.reasons, []);
  }
});

test('requirePython() names the modules that are missing', (t) => {
  const python = requireProgram(t, 'python3');
  const fake = new RecordingTest();
  assert.equal(requirePythonIn({ WEIR_PYTHON: python }, fake, ['json', 'zipfile']), python);
  assert.throws(() => requirePythonIn({ WEIR_PYTHON: python }, fake, ['json', 'weir_no_such_module']));
  assert.deepEqual(fake.reasons, ['python has no module weir_no_such_module']);
});

test('corpora() finds a place under WEIR_CORPORA', async (t) => {
  const folder = await temporaryFolder(t);
  writeFileSync(path.join(folder, 'vectors.json'), '{}');
  assert.equal(corpora(t, 'vectors.json', { WEIR_CORPORA: folder }), path.join(folder, 'vectors.json'));
});

test('the runner counts a test that was left so as skipped, not failed, also within suites and other tests', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'skips.test.mjs');
  writeFileSync(
    file,
    `import { describe, test } from 'node:test';
     import { corpora } from ${JSON.stringify(path.join(import.meta.dirname, 'outside.ts'))};
     const leave = async (t) => { await null; corpora(t, 'no/such/place'); };
     test('alone', leave);
     describe('suite', () => { test('in a suite', leave); });
     test('parent', async (t) => { await t.test('in a test', leave); });`,
  );
  const { NODE_TEST_CONTEXT: _, CI: __, ...env } = process.env;
  const run = spawnSync(process.execPath, ['--test', '--test-reporter=tap', file], { env, encoding: 'utf8' });
  assert.equal(run.status, 0, run.stdout);
  assert.match(run.stdout, /^# pass 1$/m);
  assert.match(run.stdout, /^# fail 0$/m);
  assert.match(run.stdout, /^# skipped 3$/m);
  assert.match(run.stdout, /# SKIP corpora have no no\/such\/place/);
});

test('a program that is left out on purpose skips in CI, and no other does', () => {
  const environment = { PATH: '/nowhere', CI: 'true', WEIR_WITHOUT: 'other,no-such-program' };
  const fake = new RecordingTest();
  assert.throws(() => requireProgram(fake, 'no-such-program', environment), /not on PATH/);
  assert.equal(fake.reasons.length, 1);
  assert.throws(() => requireProgram(fake, 'no-such', environment), /^Error: CI has everything installed/);
});

test('requireJars() gives a class path of all', async (t) => {
  const folder = await temporaryFolder(t);
  for (const name of ['a', 'b']) writeFileSync(path.join(folder, `${name}.jar`), '');
  const found = requireJars(new RecordingTest(), ['a', 'b'], { WEIR_JARS: folder });
  assert.equal(found, [path.join(folder, 'a.jar'), path.join(folder, 'b.jar')].join(path.delimiter));
});
