import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeAll } from '../../../../test/support/encode-result.ts';
import { csvEncoder } from './csv.ts';

test('csvEncoder() quotes what needs it, and tells an empty text from a null', async () => {
  const sql = `SELECT 'a,b' AS "x,y", 'say "hi"' AS q, '' AS e, NULL AS n, 'l1' || chr(10) || 'l2' AS l, 1.50 AS d, [1, 2] AS li`;
  assert.equal(
    await encodeAll(sql, (columns) => csvEncoder(columns)),
    '"x,y",q,e,n,l,d,li\r\n"a,b","say ""hi""","",,"l1\nl2",1.50,"[1,2]"\r\n',
  );
});

test('csvEncoder() writes a header for no rows', async () => {
  assert.equal(await encodeAll('SELECT 1 AS a, 2 AS b WHERE false', (columns) => csvEncoder(columns)), 'a,b\r\n');
});
