import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTable } from './text-table.ts';

test('formatTable() aligns texts left and numbers right', () => {
  const text = formatTable(
    ['device', 'rows'],
    [
      ['truck-1', 5],
      ['pump', 1200],
    ],
  );
  assert.equal(text, 'DEVICE   ROWS\ntruck-1     5\npump     1200\n');
});

test('formatTable() shows null as nothing and no control bytes', () => {
  assert.equal(formatTable(['a', 'b'], [[null, 'x\u001b[31m']]), 'A  B\n   x·[31m\n');
});

test('formatTable() prints the header alone where there are no rows', () => {
  assert.equal(formatTable(['a'], []), 'A\n');
});
