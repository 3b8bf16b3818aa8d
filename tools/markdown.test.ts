import assert from 'node:assert/strict';
import { test } from 'node:test';

import { anchorsOf, fencesOf, proseOf, tableRows } from './markdown.ts';

test('fencesOf() lists blocks with info, place and text, also indented and unclosed ones', () => {
  const page = [
    '# T',
    '```sh',
    'a',
    '',
    'b',
    '```',
    '- x',
    '  ```json',
    '  {"a":',
    '    1}',
    '  ```',
    '````md',
    '```',
    '````',
    '```sh',
    'c',
  ];
  assert.deepEqual(fencesOf(page.join('\n')), [
    { info: 'sh', text: 'a\n\nb', line: 2 },
    { info: 'json', text: '{"a":\n  1}', line: 8 },
    { info: 'md', text: '```', line: 12 },
    { info: 'sh', text: 'c', line: 15 },
  ]);
});

test('proseOf() blanks code and keeps lines', () => {
  const page = 'a `[x](y)` b\n```\n[x](y)\n```\n[p](q)';
  assert.equal(proseOf(page).split('\n').length, page.split('\n').length);
  assert.equal(proseOf(page).includes('(y)'), false);
  assert.ok(proseOf(page).includes('(q)'));
});

test('tableRows() reads the tables with that header and no others', () => {
  const page = [
    '| code | cause | remedy |',
    '|---|:---|---|',
    '| `A_B` | one \\| two | do |',
    '',
    '| other | cause |',
    '|---|---|',
    '| x | y |',
    '',
    '| Code | Cause | Remedy |',
    '| --- | --- | --- |',
    '| `C_D` | | |',
  ].join('\n');
  assert.deepEqual(tableRows(page, ['code', 'cause']), [
    ['`A_B`', 'one | two', 'do'],
    ['`C_D`', '', ''],
  ]);
});

test('anchorsOf() forms anchors of headings and tells equal ones apart', () => {
  const page = '# The `way` of a reading!\n## 1. Équipe & co\n## Twice\n## Twice\n```\n# not a heading\n```';
  assert.deepEqual([...anchorsOf(page)], ['the-way-of-a-reading', '1-équipe--co', 'twice', 'twice-1']);
});
