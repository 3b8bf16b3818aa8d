import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listDetail } from './list-detail.ts';

test('listDetail() joins names, over several members where one is not enough', () => {
  assert.deepEqual(listDetail('roles', []), { roles: '' });
  assert.deepEqual(listDetail('roles', ['a', 'b']), { roles: 'a b' });
  const names = Array.from({ length: 32 }, (_, at) => `${'x'.repeat(61)}${at + 100}`);
  const detail = listDetail('roles', names);
  assert.deepEqual(Object.keys(detail), ['roles', 'roles2', 'roles3', 'roles4', 'roles5']);
  assert.deepEqual(Object.values(detail).join(' ').split(' '), names);
  for (const text of Object.values(detail)) assert.ok(text.length <= 512);
});
