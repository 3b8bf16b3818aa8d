import assert from 'node:assert/strict';
import { test } from 'node:test';

import { findingsOf, makeTemplate } from '../../../test/support/make-template.ts';

const base = 'devices: {d: {}}\nstreams: {s: {from: d, fields: {x: {type: number}}}}\n';
const view = (sql: string) => `${base}views: {v: {from: s, sql: ${JSON.stringify(sql)}}}`;

test('readStatements() reads files and statements', () => {
  assert.equal(makeTemplate(view('select 1;')).views.get('v')?.sql, 'select 1');
  assert.equal(
    makeTemplate(view('sub/v.sql'), { 'sub/v.sql': '-- why\n/* how */ WITH a AS (SELECT 1) FROM a ; \n' }).views.get(
      'v',
    )?.sql,
    '-- why\n/* how */ WITH a AS (SELECT 1) FROM a ',
  );
});

test('readStatements() reads a file beside the template that names it', () => {
  const files = { 'base/b.yaml': `template: 1\nname: b\n${view('v.sql')}`, 'base/v.sql': 'select 2' };
  assert.equal(makeTemplate('extends: base/b.yaml', files).views.get('v')?.sql, 'select 2');
});

test('readStatements() refuses files that are not there or outside, and what is no SELECT', () => {
  const table: [string, string][] = [
    ['v.sql', 'TEMPLATE_FILE_MISSING'],
    ['../v.sql', 'TEMPLATE_VIEW_INVALID'],
    ['/etc/v.sql', 'TEMPLATE_VIEW_INVALID'],
    ['drop table s', 'TEMPLATE_VIEW_INVALID'],
    ['selection', 'TEMPLATE_VIEW_INVALID'],
    ['-- select', 'TEMPLATE_VIEW_INVALID'],
  ];
  for (const [sql, expected] of table) assert.match(findingsOf(view(sql)).join(), new RegExp(`^${expected} 5:`), sql);
  assert.match(findingsOf(view('v.sql'), { 'v.sql': `select ${'1'.repeat(70_000)}` }).join(), /TEMPLATE_TOO_LARGE/);
});

test('readStatements() takes time in proportion to a statement of comments', () => {
  const started = process.cpuUsage();
  findingsOf(view('v.sql'), { 'v.sql': '/*'.repeat(30_000) });
  findingsOf(view('v.sql'), { 'v.sql': '/* * '.repeat(13_000) });
  findingsOf(view('v.sql'), { 'v.sql': ' '.repeat(65_000) });
  assert.ok(process.cpuUsage(started).user < 2_000_000);
});
