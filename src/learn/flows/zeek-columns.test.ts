import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginZeek, readZeekHeader, zeekColumns } from './zeek-columns.ts';

test('zeekColumns() types values as the header says, with its separators and marks', () => {
  const header = beginZeek();
  for (const line of [
    '#separator \\x7c',
    '#set_separator|;',
    '#unset_field|?',
    '#path|dns',
    '#fields|a|b|c|d|e',
    '#types|time|bool|vector[string]|count|string',
  ])
    readZeekHeader(header, line);
  assert.equal(header.path, 'dns');
  assert.deepEqual(
    zeekColumns(header, '1.5|T|x;y|7|a\\x7cb'),
    new Map<string, unknown>([
      ['a', 1.5],
      ['b', true],
      ['c', ['x', 'y']],
      ['d', 7],
      ['e', 'a|b'],
    ]),
  );
  assert.deepEqual(zeekColumns(header, '?|?|?|?|?'), new Map());
  assert.match(zeekColumns(header, '1|maybe|?|?|?') as string, /`b` is `maybe`, which is no bool/);
});
