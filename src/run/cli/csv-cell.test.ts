import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvCell } from './csv-cell.ts';

test('csvCell() quotes what would be more than one cell', () => {
  const cells = ['a', 'a,b', 'say "no"', 'two\nlines', ''].map(csvCell);
  assert.deepEqual(cells, ['a', '"a,b"', '"say ""no"""', '"two\nlines"', '']);
});
