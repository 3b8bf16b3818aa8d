import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { climateBatch, CLIMATE } from '../../../test/support/store-world.ts';
import { mergeBatches, reorderRows, sortByTime, timesOf } from './merge-batches.ts';

describe('mergeBatches()', () => {
  it('equals one batch of all rows', () => {
    const shape = CLIMATE.filter(({ name }) => name !== 'driver');
    const merged = mergeBatches('climate', shape, [climateBatch(0, 7), climateBatch(7, 13)]);
    const { columns } = climateBatch(0, 20);
    assert.deepEqual(merged, { stream: 'climate', template: 't1', rows: 20, columns: columns.slice(0, 3) });
  });

  it('makes an empty batch of none', () => {
    const { rows, columns } = mergeBatches('climate', CLIMATE, []);
    assert.deepEqual([rows, columns.length], [0, 4]);
  });
});

describe('sortByTime()', () => {
  it('orders whole rows', () => {
    const mixed = mergeBatches('climate', CLIMATE, [climateBatch(10, 10), climateBatch(0, 10)]);
    const sorted = sortByTime(mixed);
    const inOrder = mergeBatches('climate', CLIMATE, [climateBatch(0, 10), climateBatch(10, 10)]);
    const texts = (batch: typeof sorted): unknown[] =>
      batch.columns.map(({ data }) =>
        data.type === 'text' ? [...data.codes].map((code) => data.dictionary[code]) : [data.values, data.nulls],
      );
    assert.deepEqual(texts(sorted), texts(inOrder));
  });

  it('refuses a batch without times', () => {
    assert.throws(() => sortByTime({ stream: 's', template: 't', rows: 0, columns: [] }), TypeError);
  });
});

describe('reorderRows()', () => {
  it('puts each row where the order says, nulls with it', () => {
    const { columns } = reorderRows(climateBatch(4, 3), Uint32Array.of(2, 0, 1));
    const [, time, temperature] = columns;
    assert.deepEqual(time?.data.type === 'time' && [...time.data.values], [6e6, 4e6, 5e6]);
    assert.deepEqual(temperature?.data.nulls, Uint8Array.of(0, 0, 1));
    assert.deepEqual(timesOf(climateBatch(4, 2)), Float64Array.of(4e6, 5e6));
  });
});
