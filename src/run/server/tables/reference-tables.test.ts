import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeUtf8, systemClock } from '#base/core/index.ts';
import { AeadKey, systemRandom, TokenKey } from '#base/crypto/index.ts';
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

const RAW = new Uint8Array(32).fill(3);
const keys = {
  tokenMaker: async (domain: string) => {
    assert.equal(domain, 'plants');
    return TokenKey.fromBytes(RAW, 2);
  },
};

async function* body(text: string) {
  yield encodeUtf8(text);
}

test('ReferenceTables.load() takes CSV, JSON and NDJSON and keeps the rows over a restart', async () => {
  const parts = {
    catalogue: await openSqliteCatalogue(':memory:'),
    sealer: makeRowSealer(new Map([[1, AeadKey.fromBytes(systemRandom.bytes(32))]]), 1, systemRandom),
    audit: { append: async () => ({ index: 0 }) },
    clock: systemClock,
    keys,
    vault: { keep: async () => {}, room: 10 },
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

test('ReferenceTables.originals() names columns that were loaded before they were tokens', async () => {
  const of = (field: string) =>
    makeTemplate(`tables: { plants: { purposes: [q], fields: { plant: { type: text${field} } } } }`);
  let inForce = of('');
  const parts = {
    catalogue: await openSqliteCatalogue(':memory:'),
    sealer: makeRowSealer(new Map([[1, AeadKey.fromBytes(systemRandom.bytes(32))]]), 1, systemRandom),
    audit: { append: async () => ({ index: 0 }) },
    clock: systemClock,
    keys,
    vault: { keep: async () => {}, room: 10 },
    template: () => inForce,
  };
  const tables = await ReferenceTables.open(parts);
  await tables.load('plants', 'text/csv', body('plant\na\n'), 'person:p');
  assert.deepEqual([...tables.originals('plants')], []);
  inForce = of(', class: identifier');
  assert.deepEqual([...tables.originals('plants')], ['plant']);
  assert.deepEqual([...(await ReferenceTables.open(parts)).originals('plants')], ['plant']);
  await tables.load('plants', 'text/csv', body('plant\na\n'), 'person:p');
  assert.deepEqual([...tables.originals('plants')], []);
  assert.deepEqual([...(await ReferenceTables.open(parts)).originals('plants')], []);
  assert.deepEqual([...tables.originals('others')], []);
});

test('ReferenceTables.find() refuses a table whose row was changed until it is loaded again, and no other', async () => {
  const two = makeTemplate(`
devices: { pump: {} }
streams: { s: { from: pump, fields: { n: { type: number } } } }
tables: { plants: { fields: { plant: { type: text } } }, sites: { fields: { site: { type: text } } } }
`);
  const parts = {
    catalogue: await openSqliteCatalogue(':memory:'),
    sealer: makeRowSealer(new Map([[1, AeadKey.fromBytes(systemRandom.bytes(32))]]), 1, systemRandom),
    audit: { append: async () => ({ index: 0 }) },
    clock: systemClock,
    keys,
    vault: { keep: async () => {}, room: 10 },
    template: () => two,
  };
  const tables = await ReferenceTables.open(parts);
  await tables.load('plants', 'text/csv', body('plant\na\n'), 'p');
  await tables.load('sites', 'text/csv', body('site\nb\n'), 'p');
  await parts.catalogue.run(`UPDATE tables_loaded SET rows = 2 WHERE name = 'plants'`);
  const again = await ReferenceTables.open(parts);
  assert.throws(() => again.find('plants'), { code: 'STORAGE_ROW_DAMAGED', message: /plants/ });
  assert.equal(again.find('sites').rows, 1);
  await again.load('plants', 'text/csv', body('plant\nc\n'), 'p');
  assert.equal(again.find('plants').rows, 1);
  // Where the name was changed nobody knows which table it was.
  await parts.catalogue.run(`UPDATE tables_loaded SET name = 'plamts' WHERE name = 'plants'`);
  const renamed = await ReferenceTables.open(parts);
  assert.throws(() => renamed.find('plants'), { code: 'STORAGE_ROW_DAMAGED' });
  assert.equal(renamed.find('sites').rows, 1);
});

test('ReferenceTables.load() keeps tokens of identifiers and grids of places, once the originals passed', async () => {
  const tokenised = makeTemplate(`
devices: { pump: {} }
streams: { s: { from: pump, fields: { n: { type: number } } } }
tables:
  owners:
    purposes: [p]
    fields:
      plant: { type: text, class: identifier, tokenise: plants, max-length: 8 }
      number: { type: integer, tokenise: plants, range: [0, 99] }
      latitude: { type: number, coarsen: 0.1, nullable: true }
`);
  const parts = {
    catalogue: await openSqliteCatalogue(':memory:'),
    sealer: makeRowSealer(new Map([[1, AeadKey.fromBytes(systemRandom.bytes(32))]]), 1, systemRandom),
    audit: { append: async () => ({ index: 0 }) },
    clock: systemClock,
    keys,
    vault: { keep: async () => {}, room: 10 },
    template: () => tokenised,
  };
  const tables = await ReferenceTables.open(parts);
  await tables.load('owners', 'text/csv', body('plant,number,latitude\nnorth,7,51.507\nsouth,8,\n'), 'person:p');
  const key = TokenKey.fromBytes(RAW, 2);
  const [plant, number, latitude] = tables.find('owners').columns.map(({ data }) => data);
  assert.deepEqual(plant?.type === 'text' && plant.dictionary, [key.text('north'), key.text('south')]);
  assert.deepEqual(number?.type === 'integer' && [...number.values], [key.integer(7), key.integer(8)]);
  assert.deepEqual(latitude?.type === 'number' && latitude.values[0], 51.5);
  await assert.rejects(tables.load('owners', 'text/csv', body('plant,number\na longer name,7\n'), 'p'), {
    code: 'API_TABLE_INVALID',
  });
});
