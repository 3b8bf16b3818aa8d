import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tableFromIPC } from 'apache-arrow';
import { encodeResult } from '../../../../test/support/encode-result.ts';
import { arrowEncoder } from './arrow.ts';

test('arrowEncoder() streams batches that read back as one table', async () => {
  const parts = await encodeResult("SELECT i AS n, 'x' || i AS t FROM range(5000) r(i)", (columns) =>
    arrowEncoder(columns, { purpose: 'quality' }),
  );
  assert.ok(parts.length >= 4, 'a schema, several batches and an end');
  const table = tableFromIPC(Buffer.concat(parts));
  assert.equal(table.numRows, 5_000);
  assert.equal(table.get(4_999)?.['t'], 'x4999');
  assert.equal(table.schema.metadata.get('weir.purpose'), 'quality');
  assert.equal(table.schema.fields[0]?.metadata.get('weir.unit'), 'Cel');
  assert.equal(table.schema.fields[0]?.metadata.get('weir.class'), 'operational');
});

test('arrowEncoder() gives a schema for no rows', async () => {
  const table = tableFromIPC(
    Buffer.concat(
      await encodeResult('SELECT 1 AS a WHERE false', (columns) => arrowEncoder(columns, { purpose: null })),
    ),
  );
  assert.deepEqual([table.numRows, table.schema.fields.map(({ name }) => name)], [0, ['a']]);
});
