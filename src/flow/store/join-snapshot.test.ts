import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch, NamedColumn } from '#base/core/index.ts';
import { joinSnapshot } from './join-snapshot.ts';

const number = (name: string, ...values: number[]): NamedColumn => ({
  name,
  data: { type: 'number', values: Float64Array.from(values), nulls: null },
});
const text = (name: string, ...values: string[]): NamedColumn => ({
  name,
  data: { type: 'text', codes: Uint32Array.from(values.keys()), dictionary: values, nulls: null },
});
const batch = (rows: number, ...columns: NamedColumn[]): Batch => ({ stream: 's', template: 't', rows, columns });

test('joinSnapshot() makes one batch of many; a column that one lacks is null there', () => {
  const batches = [
    batch(2, number('x', 1, 2), text('d', 'a', 'b')),
    batch(1, text('d', 'a')),
    batch(1, number('x', 4)),
  ];
  const { rows, batches: joined } = joinSnapshot('s', { rows: 4, batches });
  assert.equal(rows, 4);
  assert.deepEqual(joined, [
    batch(
      4,
      { name: 'x', data: { type: 'number', values: Float64Array.of(1, 2, 0, 4), nulls: Uint8Array.of(0, 0, 1, 0) } },
      {
        name: 'd',
        data: {
          type: 'text',
          codes: Uint32Array.of(0, 1, 0, 0),
          dictionary: ['a', 'b'],
          nulls: Uint8Array.of(0, 0, 0, 1),
        },
      },
    ),
  ]);
});

test('joinSnapshot() counts rows of which no column is wanted', () => {
  const { batches } = joinSnapshot('s', { rows: 5, batches: [batch(2), batch(3)] });
  assert.deepEqual(batches, [batch(5)]);
});

test('joinSnapshot() leaves alone what is one, none, or does not go together', () => {
  for (const batches of [[], [batch(1, number('x', 1))], [batch(1, number('x', 1)), batch(1, text('x', 'a'))]]) {
    const snapshot = { rows: batches.length, batches };
    assert.equal(joinSnapshot('s', snapshot), snapshot);
  }
});
