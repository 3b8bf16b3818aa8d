import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch } from '#base/core/index.ts';
import { matchingRows, subjectColumnsOf, withoutRows } from './subject-rows.ts';
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

test('subjectColumnsOf() is the subject where there is one, else the device; none where it cannot be told', () => {
  const streams = (subject: string | null) => ({ streams: new Map([['pump', { subject }]]) }) as never;
  const dataset = makeDataset();
  assert.deepEqual(subjectColumnsOf(dataset, streams(null)), ['device']);
  assert.deepEqual(subjectColumnsOf(dataset, streams('driver')), []);
  const driver = { ...COLUMNS[0]!, name: 'driver' };
  const withDriver = makeDataset({ content: { ...dataset.content, columns: [...COLUMNS, driver] } });
  assert.deepEqual(subjectColumnsOf(withDriver, streams('driver')), ['driver', 'device']);
  assert.deepEqual(subjectColumnsOf(withDriver, streams('pressure')), []);
});

test('matchingRows() and withoutRows() part the rows, and no text stays behind', () => {
  assert.deepEqual(matchingRows(BATCH, ['device'], new Set(['b'])), [1]);
  assert.deepEqual(matchingRows(BATCH, ['device', 'pressure'], new Set(['a', '1'])), [0, 2]);
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
