import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeUtf8, systemClock } from '#base/core/index.ts';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import { makeRowSealer, openSqliteCatalogue } from '#base/storage/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { ReferenceTables } from './reference-tables.ts';

const template = makeTemplate(`
template: 1
name: t
devices: { pump: {} }
streams: { s: { from: pump, fields: { n: { type: number } } } }
tables: { plants: { fields: { plant: { type: text }, at: { type: time, nullable: true } } } }
`);

async function* body(text: string) {
  yield encodeUtf8(text);
}

test('ReferenceTables.load() takes CSV, JSON and NDJSON and keeps the rows over a restart', async () => {
  const parts = {
    catalogue: await openSqliteCatalogue(':memory:'),
    sealer: makeRowSealer(new Map([[1, AeadKey.fromBytes(systemRandom.bytes(32))]]), 1, systemRandom),
    audit: { append: async () => ({ index: 0 }) },
    clock: systemClock,
    template: () => template,
  };
  const tables = await ReferenceTables.open(parts);
  assert.equal(tables.find('plants').rows, 0);
  const forms: [string, string][] = [
    ['text/csv; charset=utf-8', 'plant,at\na,2026-01-01T00:00:00Z\nb,\n'],
    ['application/json', '[{"plant":"a","at":"2026-01-01T00:00:00Z"},{"plant":"b"}]'],
    ['application/x-ndjson', '{"plant":"a","at":"2026-01-01T00:00:00Z"}\n{"plant":"b"}\n'],
  ];
  for (const [type, text] of forms) {
    assert.deepEqual(await tables.load('plants', type, body(text), 'person:p'), { rows: 2 });
    assert.deepEqual((await ReferenceTables.open(parts)).find('plants'), tables.find('plants'));
  }
  await assert.rejects(tables.load('plants', 'text/csv', body('plant\n\u0000\n,x'), 'p'), {
    code: 'API_TABLE_INVALID',
  });
  await assert.rejects(tables.load('others', 'text/csv', body(''), 'p'), { code: 'API_TABLE_UNKNOWN' });
  assert.equal(tables.find('plants').rows, 2);
});
