import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeAll } from '../../../../test/support/encode-result.ts';
import { tableEncoder } from './table.ts';

test('tableEncoder() aligns texts left and numbers right', async () => {
  const text = await encodeAll("SELECT * FROM (VALUES ('a', 1, 1.5), ('long', 200, NULL)) v(name, n, d)", (columns) =>
    tableEncoder(columns),
  );
  assert.equal(text, 'name    n    d\n----  ---  ---\na       1  1.5\nlong  200\n');
});

test('tableEncoder() shows no control sequence of a reading, and cuts what is long', async () => {
  const text = await encodeAll(
    "SELECT chr(27) || '[2J' || chr(10) || chr(8238) || 'x' AS a, repeat('y', 100) AS b",
    (columns) => tableEncoder(columns),
  );
  assert.ok(!text.includes('\u001b'));
  assert.match(text, /\\x1b\[2J\\n\\x202ex {2}y{59}…\n$/);
});

test('tableEncoder() writes long results as they come', async () => {
  const text = await encodeAll('SELECT i FROM range(10000) r(i)', (columns) => tableEncoder(columns));
  assert.equal(text.split('\n').length, 10_003);
});
