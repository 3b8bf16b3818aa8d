import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const PROJECT = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(PROJECT, file), 'utf8');

test('the container file copies what is there and lets the build see it', () => {
  const visible = read('deploy/Containerfile.containerignore').split('\n');
  const copies = [...read('deploy/Containerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)];
  const sources = copies.flatMap(([, words = '']) => words.split(' '));
  assert.ok(sources.includes('src') && sources.includes('package-lock.json'));
  for (const source of sources) {
    assert.ok(existsSync(path.join(PROJECT, source)), source);
    assert.ok(visible.includes(`!${source}`), `${source} is ignored by the build`);
  }
});

test('the container image has all that the product reads at run time', () => {
  const { bin } = JSON.parse(read('package.json')) as { bin: Record<string, string> };
  const copied = read('deploy/Containerfile');
  for (const folder of ['bin', 'src', 'templates', 'schema'])
    assert.match(copied, new RegExp(`^COPY ${folder} ${folder}$`, 'm'));
  assert.match(copied, new RegExp(`/opt/weir/${RegExp.escape(path.normalize(bin['weir'] ?? ''))}"`));
});

test('the container image has the libraries that Node is linked with', (t) => {
  const linked = spawnSync('ldd', [process.execPath], { encoding: 'utf8' });
  if (linked.error !== undefined) return t.skip('there is no ldd here');
  const installed = read('deploy/Containerfile');
  // What Debian's smallest image has already.
  const base = /^(linux-vdso|ld-linux.*|libc|libm|libdl|libpthread|libgcc_s|librt)\.so/;
  const packages: Record<string, string> = { 'libstdc++.so.6': 'libstdc++6', 'libatomic.so.1': 'libatomic1' };
  const needed = [...linked.stdout.matchAll(/^\s*(lib\S+\.so\S*) =>/gm)].map(([, name = '']) => name);
  assert.ok(needed.includes('libstdc++.so.6'), linked.stdout);
  for (const name of needed.filter((each) => !base.test(each))) {
    assert.ok(installed.includes(` ${packages[name] ?? name} `), `${name} is not installed in the image`);
  }
});

test('the unit and the image start the platform without a secret in words or environment', () => {
  for (const file of ['deploy/weir.service', 'deploy/Containerfile']) {
    const text = read(file);
    assert.match(text, /--passphrase-file/, file);
    assert.doesNotMatch(text, /^(Environment|ENV)\b.*(pass|secret|key)/im, file);
  }
});

test('shell scripts of the project are sound to the shell', () => {
  for (const script of ['.ci/run', 'bin/node', 'bin/weir']) {
    const run = spawnSync('sh', ['-n', path.join(PROJECT, script)], { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
  }
});
