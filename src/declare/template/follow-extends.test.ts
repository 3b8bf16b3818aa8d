import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Findings } from './findings.ts';
import { followExtends } from './follow-extends.ts';
import { plainValue } from './source-node.ts';

function follow(
  text: string,
  files: Record<string, string>,
): { value: unknown; codes: readonly string[]; read: string[] } {
  const findings = new Findings();
  const read: string[] = [];
  const root = followExtends(
    { path: 'weir.yaml', text },
    (path) => {
      read.push(path);
      return files[path] ?? null;
    },
    findings,
  );
  const value: unknown = root === null ? null : JSON.parse(JSON.stringify(plainValue(root)));
  return { value, codes: findings.sorted().map(({ code, file, line }) => `${code} ${file}:${line}`), read };
}

test('followExtends() lays a template over what it extends, over what that extends', () => {
  const { value, codes } = follow('extends: base/a.yaml\nx: 1', {
    'base/a.yaml': 'extends: b.yaml\nx: 2\ny: 2',
    'base/b.yaml': 'x: 3\ny: 3\nz: 3',
  });
  assert.deepEqual(value, { x: 1, y: 2, z: 3 });
  assert.deepEqual(codes, []);
});

test('followExtends() lets later templates of a list win', () => {
  const { value } = follow('extends: [a.yaml, b.yaml]', { 'a.yaml': 'x: 1\ny: 1', 'b.yaml': 'x: 2' });
  assert.deepEqual(value, { x: 2, y: 1 });
});

test('followExtends() finds templates of the package', () => {
  assert.deepEqual(follow('extends: industry/logistics', {}).read, ['industry/logistics/template.yaml']);
});

test('followExtends() refuses cycles, files outside and files that are not there', () => {
  const table: [string, Record<string, string>, string][] = [
    ['extends: ./weir.yaml', {}, 'TEMPLATE_EXTENDS_INVALID weir.yaml:1'],
    [
      'extends: a.yaml',
      { 'a.yaml': 'extends: b.yaml', 'b.yaml': '\nextends: a.yaml' },
      'TEMPLATE_EXTENDS_INVALID b.yaml:2',
    ],
    ['extends: ../../secret.yaml', {}, 'TEMPLATE_EXTENDS_INVALID weir.yaml:1'],
    ['extends: nothing.yaml', {}, 'TEMPLATE_FILE_MISSING weir.yaml:1'],
    ['extends: a.yaml', { 'a.yaml': '[1]' }, 'TEMPLATE_TYPE_WRONG a.yaml:1'],
    ['extends: a.yaml', { 'a.yaml': 'a: [' }, 'TEMPLATE_YAML_INVALID a.yaml:1'],
  ];
  for (const [text, files, expected] of table) assert.ok(follow(text, files).codes.includes(expected), text);
});

test('followExtends() says where the templates of the package are listed', () => {
  const findings = new Findings();
  followExtends({ path: 'weir.yaml', text: 'extends: industry/logistic' }, () => null, findings);
  assert.match(findings.sorted()[0]?.message ?? '', /no file `industry\/logistic\/template.yaml`; `weir init` lists/);
});

test('followExtends() follows at most eight in a row', () => {
  const files = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`f${i}.yaml`, `extends: f${i + 1}.yaml`]));
  const { codes, read } = follow('extends: f0.yaml', files);
  assert.match(codes.join(), /TEMPLATE_EXTENDS_INVALID/);
  assert.ok(read.length <= 8);
});

test('followExtends() reads a bounded number of files however they branch', () => {
  const list = Array.from({ length: 10 }, (_, i) => `g${i}.yaml`);
  const files = Object.fromEntries(
    list.map((name, i) => [name, i === 9 ? 'x: 1' : `extends: [${list.slice(i + 1).join(', ')}]`]),
  );
  assert.ok(follow(`extends: [${list.join(', ')}]`, files).read.length <= 40);
});
