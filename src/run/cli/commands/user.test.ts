import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { standIn } from '../testing.ts';
import { addUserCommand } from './user.ts';

const USER = { id: 'p1', kind: 'person', name: 'ann', roles: ['scientist'], status: 'enabled', created: 'x' };

test('weir user adds, lists, disables and gives new tokens', async (t) => {
  const platform = await standIn(t, {
    'POST /v1/users': { user: USER, token: 'weir_1' },
    'GET /v1/users': { users: [USER] },
    'POST /v1/users/p1/region': { ...USER, region: 'us' },
    'POST /v1/users/p1/disable': { ...USER, status: 'disabled' },
    'POST /v1/users/p1/token': { user: USER, token: 'weir_2' },
  });
  const added = await platform.run(addUserCommand, 'user', 'add', 'ann', '--role', 'scientist', 'clerk');
  assert.equal(added.out, 'weir_1\n', 'the token alone, so that it can go to a file');
  // Not every role may query something: what one may is shown to each.
  assert.match(added.err, / views --token-file FILE/);
  assert.deepEqual(JSON.parse(platform.heard[0]?.body ?? ''), { name: 'ann', roles: ['scientist', 'clerk'] });
  assert.match((await platform.run(addUserCommand, 'user', 'list')).out, /^p1 +person +ann +scientist +enabled/m);
  assert.equal((await platform.run(addUserCommand, 'user', 'region', 'p1', 'us')).out, 'p1 is in us\n');
  assert.equal((await platform.run(addUserCommand, 'user', 'disable', 'p1')).out, 'p1 is disabled\n');
  assert.equal((await platform.run(addUserCommand, 'user', 'token', 'p1', '--yes')).out, 'weir_2\n');
});

test('weir user invites and sets passwords', async (t) => {
  const platform = await standIn(t, {
    'POST /v1/users/invite': { user: USER, code: 'weir_code_1', expires: '2027' },
    'GET /v1/users': { users: [USER] },
    'POST /v1/users/p1/password': { user: USER, ended: 2 },
    'POST /v1/users/p1/enable': USER,
  });
  const invited = await platform.run(addUserCommand, 'user', 'invite', 'ann', '--role', 'keeper');
  assert.equal(invited.out, 'weir_code_1\n');
  await platform.run(addUserCommand, 'user', 'invite', 'ann');
  assert.deepEqual(
    platform.heard.map(({ body }) => (JSON.parse(body) as { roles: string[] }).roles),
    [['keeper'], []],
  );
  const file = join(await temporaryFolder(t), 'password');
  await writeFile(file, 'nine quiet herons\n');
  const set = await platform.run(addUserCommand, 'user', 'password', 'ann', '--password-file', file, '--yes');
  assert.equal(set.out, 'ann has a password; sessions ended: 2\n');
  assert.deepEqual(JSON.parse(platform.heard.at(-1)?.body ?? ''), { password: 'nine quiet herons' });
  assert.equal((await platform.run(addUserCommand, 'user', 'enable', 'p1')).out, 'p1 is enabled\n');
});
