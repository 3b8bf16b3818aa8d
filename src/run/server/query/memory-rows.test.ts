import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryRows } from './memory-rows.ts';

test('memoryRows() makes typed columns with nulls', () => {
  const shapes = [
    { name: 'device', type: 'text', nullable: false },
    { name: 'seen', type: 'time', nullable: true },
  ] as const;
  assert.deepEqual(
    memoryRows(shapes, [
      ['a', 5],
      ['b', null],
      ['a', 7],
    ]),
    {
      rows: 3,
      columns: [
        { name: 'device', data: { type: 'text', codes: Uint32Array.of(0, 1, 0), dictionary: ['a', 'b'], nulls: null } },
        { name: 'seen', data: { type: 'time', values: Float64Array.of(5, 0, 7), nulls: Uint8Array.of(0, 1, 0) } },
      ],
    },
  );
});
