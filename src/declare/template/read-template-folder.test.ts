import assert from 'node:assert/strict';
import { test } from 'node:test';

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { folderReader } from './read-template-folder.ts';

test('folderReader() reads plain files of the folder and of the package, and nothing else', (t) => {
  const root = mkdtempSync(path.join(tmpdir(), 'weir-template-'));
  t.after(() => rmSync(root, { recursive: true }));
  const mine = path.join(root, 'mine');
  mkdirSync(path.join(mine, 'sub'), { recursive: true });
  mkdirSync(path.join(root, 'package', 'industry', 'x'), { recursive: true });
  writeFileSync(path.join(root, 'secret.sql'), 'secret');
  writeFileSync(path.join(mine, 'a.sql'), 'a');
  writeFileSync(path.join(root, 'package', 'industry', 'x', 'template.yaml'), 'x');
  symlinkSync(path.join(root, 'secret.sql'), path.join(mine, 'link.sql'));
  symlinkSync(path.join(mine, 'a.sql'), path.join(mine, 'inside.sql'));
  symlinkSync(root, path.join(mine, 'up'));
  writeFileSync(path.join(mine, 'large.sql'), 'x'.repeat(5 * 1_048_576));

  const read = folderReader(mine, path.join(root, 'package'));
  assert.equal(read('a.sql'), 'a');
  assert.equal(read('inside.sql'), 'a');
  assert.equal(read('industry/x/template.yaml'), 'x');
  for (const file of [
    'link.sql',
    'up/secret.sql',
    '../secret.sql',
    'sub',
    'nothing.sql',
    'large.sql',
    'industry/y/template.yaml',
  ]) {
    assert.equal(read(file), null, file);
  }
});

test('folderReader() reads nothing of a folder that is not there', () => {
  assert.equal(folderReader('/nonexistent-weir', '/nonexistent-weir')('a.sql'), null);
});
