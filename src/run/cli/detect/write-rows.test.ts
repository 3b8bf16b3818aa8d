import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as arrow from 'apache-arrow';
import { concatBytes, decodeUtf8 } from '#base/core/index.ts';
import { TABLE_FORMATS, writeRows } from './write-rows.ts';
import type { RowTable } from './write-rows.ts';

const TABLE: RowTable = {
  columns: [
    { name: 'device', type: 'text' },
    { name: 'time', type: 'time' },
    { name: 'score', type: 'number' },
    { name: 'open', type: 'boolean' },
  ],
  rows: [
    ['a,b', 1_500_000, 2.5, true],
    ['c', 2_000_000, null, false],
  ],
};

async function written(format: string, table = TABLE): Promise<Uint8Array> {
  return concatBytes(await Array.fromAsync(writeRows(table, format)));
}

test('writeRows() writes text that says the same in each format', async () => {
  const text = async (format: string, table = TABLE): Promise<string> => decodeUtf8(await written(format, table));
  assert.equal(
    await text('csv'),
    'device,time,score,open\n"a,b",1970-01-01T00:00:01.500000Z,2.5,true\nc,1970-01-01T00:00:02Z,,false\n',
  );
  const objects = [
    { device: 'a,b', time: '1970-01-01T00:00:01.500000Z', score: 2.5, open: true },
    { device: 'c', time: '1970-01-01T00:00:02Z', score: null, open: false },
  ];
  assert.deepEqual(JSON.parse(await text('json')), objects);
  const lines = (await text('ndjson')).trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as unknown),
    objects,
  );
  assert.match(await text('table'), /^DEVICE +TIME +SCORE +OPEN\na,b +1970-01-01T00:00:01.500000Z +2.5 +true\n/);
  assert.equal(await text('json', { ...TABLE, rows: [] }), '[]\n');
  assert.deepEqual(JSON.parse(await text('json', { ...TABLE, documents: [{ whole: 1 }] })), [{ whole: 1 }]);
});

test('writeRows() writes an Arrow stream whose columns have types, also of many rows and of none', async () => {
  const read = arrow.tableFromIPC(await written('arrow'));
  assert.deepEqual(
    read.schema.fields.map(({ name, type }) => [name, String(type)]),
    [
      ['device', 'Utf8'],
      ['time', 'Timestamp<MICROSECOND, UTC>'],
      ['score', 'Float64'],
      ['open', 'Bool'],
    ],
  );
  assert.deepEqual([read.getChild('score')?.toArray()[0], read.getChild('score')?.get(1)], [2.5, null]);
  assert.equal((read.getChild('time')!.data[0]!.values as BigInt64Array)[0], 1_500_000n);
  const many = Array.from({ length: 10_000 }, (_, i) => [`d${i}`, i, i, true] as const);
  assert.equal(arrow.tableFromIPC(await written('arrow', { ...TABLE, rows: many })).numRows, 10_000);
  const none = arrow.tableFromIPC(await written('arrow', { ...TABLE, rows: [] }));
  assert.deepEqual([none.numRows, none.schema.fields.length], [0, 4]);
  assert.deepEqual(TABLE_FORMATS, ['table', 'json', 'ndjson', 'csv', 'arrow']);
});
