import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Batch, Column, ColumnShape } from '#base/core/index.ts';
import { gatherColumn } from './gather-column.ts';

const batch = (rows: number, columns: Readonly<Record<string, Column>>): Batch => ({
  stream: 's',
  template: 't',
  rows,
  columns: Object.entries(columns).map(([name, data]) => ({ name, data })),
});
const shape = (type: ColumnShape['type'], nullable = false): ColumnShape => ({ name: 'c', type, nullable });
const numbers = (values: number[], nulls: number[] | null = null): Column => ({
  type: 'number',
  values: Float64Array.from(values),
  nulls: nulls === null ? null : Uint8Array.from(nulls),
});
const texts = (codes: number[], dictionary: string[], nulls: number[] | null = null): Column => ({
  type: 'text',
  codes: Uint32Array.from(codes),
  dictionary,
  nulls: nulls === null ? null : Uint8Array.from(nulls),
});

describe('gatherColumn()', () => {
  it('puts slices one after the other', () => {
    const one = batch(3, { c: numbers([1, 2, 3]) });
    const two = batch(2, { c: numbers([4, 5]) });
    const slices = [
      { batch: one, from: 1, to: 3 },
      { batch: two, from: 0, to: 1 },
    ];
    assert.deepEqual(gatherColumn(shape('number'), slices, 3), {
      kind: 'numbers',
      values: Float64Array.of(2, 3, 4),
      nulls: null,
    });
  });

  it('makes one dictionary of the texts in use, in the order of first use', () => {
    const slices = [
      { batch: batch(3, { c: texts([2, 0, 2], ['a', 'unused', 'b']) }), from: 0, to: 3 },
      { batch: batch(2, { c: texts([1, 0], ['c', 'a']) }), from: 0, to: 2 },
    ];
    assert.deepEqual(gatherColumn(shape('text'), slices, 5), {
      kind: 'texts',
      codes: Uint32Array.of(0, 1, 0, 1, 2),
      dictionary: ['b', 'a', 'c'],
      nulls: null,
    });
  });

  it('marks nulls, and the rows of a batch that lacks the column', () => {
    const slices = [
      { batch: batch(2, { c: texts([0, 0], ['a'], [1, 0]) }), from: 0, to: 2 },
      { batch: batch(2, {}), from: 0, to: 2 },
      { batch: batch(1, { c: texts([0], [], [1]) }), from: 0, to: 1 },
    ];
    const { nulls } = gatherColumn(shape('text', true), slices, 5);
    assert.deepEqual(nulls, Uint8Array.of(1, 0, 1, 1, 1));
    const none = [{ batch: batch(1, { c: numbers([1], [0]) }), from: 0, to: 1 }];
    assert.equal(gatherColumn(shape('number', true), none, 1).nulls, null);
  });

  it('takes booleans as they are', () => {
    const column: Column = { type: 'boolean', values: Uint8Array.of(1, 0), nulls: null };
    const slices = [{ batch: batch(2, { c: column }), from: 0, to: 2 }];
    assert.deepEqual(gatherColumn(shape('boolean'), slices, 2), {
      kind: 'booleans',
      values: Uint8Array.of(1, 0),
      nulls: null,
    });
  });

  it('refuses another type, a null that may not be, and a code without text', () => {
    const from = (column: Column): { batch: Batch; from: number; to: number }[] => [
      { batch: batch(1, { c: column }), from: 0, to: 1 },
    ];
    assert.throws(() => gatherColumn(shape('integer'), from(numbers([1])), 1), TypeError);
    assert.throws(() => gatherColumn(shape('number'), from(numbers([0], [1])), 1), TypeError);
    assert.throws(() => gatherColumn(shape('number'), [{ batch: batch(1, {}), from: 0, to: 1 }], 1), TypeError);
    assert.throws(() => gatherColumn(shape('text'), from(texts([3], ['a'])), 1), TypeError);
  });
});
