import assert from 'node:assert/strict';
import { test } from 'node:test';

import { resolveExtends, resolveSourcePath } from './source-path.ts';

test('resolveSourcePath() stays in the folder of the template', () => {
  const table: [string, string, string | null][] = [
    ['weir.yaml', 'daily.sql', 'daily.sql'],
    ['weir.yaml', './sql/daily.sql', 'sql/daily.sql'],
    ['base/common.yaml', '../daily.sql', 'daily.sql'],
    ['base/common.yaml', 'daily.sql', 'base/daily.sql'],
    ['weir.yaml', '../daily.sql', null],
    ['base/common.yaml', '../../daily.sql', null],
    ['weir.yaml', '/etc/passwd', null],
    ['weir.yaml', 'a//b', null],
    ['weir.yaml', 'a\\b', null],
    ['weir.yaml', 'C:/x', null],
    ['weir.yaml', '.hidden', null],
    ['weir.yaml', '%2e%2e/x', null],
    ['weir.yaml', 'a\0b', null],
    ['weir.yaml', '', null],
    ['weir.yaml', '.', null],
    ['weir.yaml', 'x'.repeat(201), null],
  ];
  for (const [from, reference, expected] of table)
    assert.equal(resolveSourcePath(from, reference), expected, reference);
});

test('resolveSourcePath() lets a template of the package reach its own industry only', () => {
  const from = 'industry/logistics/template.yaml';
  assert.equal(resolveSourcePath(from, 'daily.sql'), 'industry/logistics/daily.sql');
  assert.equal(resolveSourcePath(from, 'industry/factory/template.yaml'), 'industry/factory/template.yaml');
  for (const reference of ['../factory/x.sql', '../../weir.yaml', '../..']) {
    assert.equal(resolveSourcePath(from, reference), null, reference);
  }
});

test('resolveSourcePath() does not let a folder pose as the package', () => {
  assert.equal(resolveSourcePath('weir.yaml', './industry/logistics/x.sql'), null);
  assert.equal(resolveSourcePath('weir.yaml', 'industry/../../x'), null);
});

test('resolveExtends() means the template of a folder, or the file that is named', () => {
  assert.equal(resolveExtends('weir.yaml', 'industry/logistics'), 'industry/logistics/template.yaml');
  assert.equal(resolveExtends('weir.yaml', './base.yml'), 'base.yml');
  assert.equal(resolveExtends('weir.yaml', '../base.yaml'), null);
});
