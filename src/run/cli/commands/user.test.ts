import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standIn } from '../testing.ts';
import { addUserCommand } from './user.ts';

const USER = { id: 'p1', name: 'ann', roles: ['scientist'], status: 'enabled', created: 'x' };

test('weir user adds, lists, disables and gives new tokens', async (t) => {
  const platform = await standIn(t, {
    'POST /v1/users': { user: USER, token: 'weir_1' },
    'GET /v1/users': { users: [USER] },
    'POST /v1/users/p1/disable': { ...USER, status: 'disabled' },
    'POST /v1/users/p1/token': { user: USER, token: 'weir_2' },
  });
  const added = await platform.run(addUserCommand, 'user', 'add', 'ann', '--role', 'scientist', 'clerk');
  assert.equal(added.out, 'weir_1\n', 'the token alone, so that it can go to a file');
  assert.deepEqual(JSON.parse(platform.heard[0]?.body ?? ''), { name: 'ann', roles: ['scientist', 'clerk'] });
  assert.match((await platform.run(addUserCommand, 'user', 'list')).out, /^p1 +ann +scientist +enabled/m);
  assert.equal((await platform.run(addUserCommand, 'user', 'disable', 'p1')).out, 'p1 is disabled\n');
  assert.equal((await platform.run(addUserCommand, 'user', 'token', 'p1')).out, 'weir_2\n');
});
