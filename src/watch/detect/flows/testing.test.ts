import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outFlow } from '../../../../test/support/out-flow.ts';
import { flowColumns } from './flow-columns.ts';
import { flowBatch } from './testing.ts';

test('flowBatch() has what flowColumns() reads', () => {
  const flow = outFlow({ time: 1_700_000_000.5, uid: null, source_bytes: null, peer_name: 'a.example' });
  assert.deepEqual(flowColumns(flowBatch([['lamp-1', flow]]))(0), { device: 'lamp-1', flow });
});
