import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch } from '#base/core/index.ts';
import { matchingRows, namedIn, subjectColumnsOf, withdrawnRows, withoutRows } from './subject-rows.ts';
import { COLUMNS, makeDataset } from './testing.ts';

const BATCH: Batch = {
  stream: '',
  template: '',
  rows: 4,
  columns: [
    {
      name: 'device',
      data: {
        type: 'text',
        codes: Uint32Array.of(0, 1, 0, 1),
        dictionary: ['a', 'b'],
        nulls: Uint8Array.of(0, 0, 0, 1),
      },
    },
    { name: 'pressure', data: { type: 'number', values: Float64Array.of(1, 2, 3, 4), nulls: null } },
    { name: 'open', data: { type: 'boolean', values: Uint8Array.of(1, 0, 1, 0), nulls: null } },
  ],
};

const place = (relation: string, column: string, ...values: string[]) => ({
  relation,
  column,
  values: new Set(values),
});

test('subjectColumnsOf() is where a person is known; null where it cannot be told', () => {
  const dataset = makeDataset();
  const known = subjectColumnsOf(dataset, [
    place('pump', 'device', 'a'),
    place('pump', 'device', 'b'),
    place('other', 'x', 'c'),
  ]);
  assert.deepEqual(known, new Map([['device', new Set(['a', 'b'])]]));
  assert.equal(subjectColumnsOf(dataset, [place('pump', 'driver', 'a')]), null);
  assert.equal(subjectColumnsOf(dataset, [place('pump', 'pressure', '1')]), null, 'a mask shows something else');
  const sites = { name: 'sites', kind: 'table', policies: [], columns: [], filter: null };
  const joined = makeDataset({ relations: [...dataset.relations, sites] });
  assert.equal(subjectColumnsOf(joined, [place('sites', 'owner', 'a')]), null, 'a table tells of persons as well');
  assert.deepEqual(subjectColumnsOf(dataset, [place('other', 'driver', 'a')]), new Map());
  assert.deepEqual(COLUMNS.length, 2);
});

test('matchingRows() and withoutRows() part the rows, and no text stays behind', () => {
  assert.deepEqual(matchingRows(BATCH, new Map([['device', new Set(['b'])]])), [1]);
  assert.deepEqual(
    matchingRows(
      BATCH,
      new Map([
        ['device', new Set(['a'])],
        ['pressure', new Set(['4'])],
      ]),
    ),
    [0, 2, 3],
  );
  const rest = withoutRows(BATCH, [1, 3]);
  assert.deepEqual(rest.columns, [
    {
      name: 'device',
      data: { type: 'text', codes: Uint32Array.of(0, 0), dictionary: ['a'], nulls: Uint8Array.of(0, 0) },
    },
    { name: 'pressure', data: { type: 'number', values: Float64Array.of(1, 3), nulls: null } },
    { name: 'open', data: { type: 'boolean', values: Uint8Array.of(1, 1), nulls: null } },
  ]);
  assert.equal(withoutRows(BATCH, []).rows, 4);
});

test('withdrawnRows() are of who consents no longer, or consented later', () => {
  const received = {
    name: 'received',
    data: { type: 'time', values: Float64Array.of(5, 5, 9, 9), nulls: null },
  } as const;
  const batch: Batch = { ...BATCH, columns: [...BATCH.columns, received] };
  const consenting = (since: Readonly<Record<string, number>>) => ({
    subjects: Object.keys(since),
    since: Float64Array.from(Object.values(since)),
  });
  assert.deepEqual(withdrawnRows(batch, 'device', consenting({ a: 0, b: 0 })), [3], 'a row of nobody');
  assert.deepEqual(withdrawnRows(batch, 'device', consenting({ a: 7 })), [0, 1, 3]);
  assert.deepEqual(withdrawnRows(batch, 'device', null), [0, 1, 2, 3]);
  assert.deepEqual(
    withdrawnRows(BATCH, 'device', consenting({ a: 0 })),
    [0, 1, 2, 3],
    'without a time nothing is known',
  );
});

test('namedIn() names each person once, and nobody where a row names none', () => {
  assert.deepEqual(
    [namedIn(BATCH, 'device', [0, 1, 2, 3]), namedIn(BATCH, 'device', [3]), namedIn(BATCH, 'none', [0])],
    [new Set(['a', 'b']), new Set(), new Set()],
  );
});
