import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listDetail, parseListDetail } from './list-detail.ts';

test('listDetail() joins names, over several members where one is not enough', () => {
  assert.deepEqual(listDetail('roles', []), { roles: '' });
  assert.deepEqual(listDetail('roles', ['a', 'b']), { roles: 'a b' });
  const names = Array.from({ length: 32 }, (_, at) => `${'x'.repeat(61)}${at + 100}`);
  const detail = listDetail('roles', names);
  assert.deepEqual(Object.keys(detail), ['roles', 'roles2', 'roles3', 'roles4', 'roles5']);
  assert.deepEqual(Object.values(detail).join(' ').split(' '), names);
  for (const text of Object.values(detail)) assert.ok(text.length <= 512);
});

test('parseListDetail() reads the names back, and nothing of other members', () => {
  for (const names of [[], ['a'], Array.from({ length: 40 }, (_, n) => `${n}`.padStart(60, 'x'))]) {
    const detail = { ...listDetail('roles', names), rolesOther: 'b', other: 'c' };
    assert.deepEqual(parseListDetail('roles', detail), names);
  }
  assert.deepEqual(parseListDetail('roles', undefined), []);
});
