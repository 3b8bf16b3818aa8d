import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outFlow } from '../../../../test/support/out-flow.ts';
import { flowColumns } from './flow-columns.ts';
import { flowBatch } from './testing.ts';

test('flowColumns() reads rows, and null for columns that are not there', () => {
  const batch = flowBatch([
    ['a', outFlow({ uid: '1' })],
    ['b', outFlow({ uid: '2', direction: 'in', duration: null })],
  ]);
  const at = flowColumns(batch);
  assert.deepEqual(
    [at(0).device, at(1).device, at(1).flow.uid, at(1).flow.direction, at(1).flow.duration],
    ['a', 'b', '2', 'in', null],
  );
  const fewer = flowColumns({
    ...batch,
    columns: batch.columns.filter(({ name }) => name !== 'uid' && name !== 'protocol'),
  });
  assert.deepEqual([fewer(0).flow.uid, fewer(0).flow.protocol, fewer(0).flow.service], [null, '0', null]);
});
