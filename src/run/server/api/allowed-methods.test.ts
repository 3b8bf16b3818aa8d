import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowedMethods } from './allowed-methods.ts';

test('allowedMethods() names what a path is there for, and nothing for a path that is not there', () => {
  const allowed = allowedMethods([
    { method: 'GET', path: '/v1/users' },
    { method: 'POST', path: '/v1/users' },
    { method: 'POST', path: '/v1/users/:id/roles' },
    { method: 'GET', path: '/ocsp/*' },
  ]);
  assert.deepEqual(allowed('/v1/users?x=/v1/nothing'), ['GET', 'HEAD', 'POST']);
  assert.deepEqual(allowed('/v1/users/p1/roles'), ['POST']);
  assert.deepEqual(allowed('/ocsp/MEMw/QTA'), ['GET', 'HEAD']);
  for (const target of ['/', '/v1/user', '/v1/users/', '/v1/users/p1', ''])
    assert.deepEqual(allowed(target), [], target);
});
