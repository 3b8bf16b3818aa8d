import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flowBatch } from './flow-batch.ts';
import { outFlow } from './out-flow.ts';

test('flowBatch() makes a batch of flows of devices, with what is missing as such', () => {
  const batch = flowBatch([
    ['lamp-1', outFlow({ time: 5 })],
    ['lamp-2', outFlow({ time: 6, peer_name: 'cloud.example' })],
  ]);
  const column = (name: string) => batch.columns.find((one) => one.name === name)?.data;
  assert.deepEqual([batch.rows, batch.stream, column('time')?.nulls], [2, 'flows', Uint8Array.of(0, 0)]);
  assert.deepEqual(column('peer_name')?.nulls, Uint8Array.of(1, 0));
});
