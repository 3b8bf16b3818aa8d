import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GroupTable, MOST_GROUPS } from './group-table.ts';

test('GroupTable lets go of what was touched longest ago, and counts it', () => {
  const table = new GroupTable<number>();
  for (let i = 0; i < MOST_GROUPS; i++) assert.equal(table.keep(`g${i}`, i), null);
  table.keep('g0', 0);
  assert.equal(table.keep('new', -1), 1);
  assert.deepEqual([table.size, table.forgotten, table.get('g0'), table.get('g1')], [MOST_GROUPS, 1, 0, undefined]);
  table.drop('new');
  assert.equal(table.size, MOST_GROUPS - 1);
  assert.deepEqual(table.entries().next().value, ['g2', 2]);
});
