import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findUser } from './find-user.ts';
import { PlatformClient } from './platform-client.ts';
import { standIn } from './testing.ts';

test('findUser() finds by name before id, and says where there is nobody', async (t) => {
  const row = (id: string, name: string) => ({ id, name, kind: 'person', roles: [], status: 'enabled', created: 'x' });
  const platform = await standIn(t, { 'GET /v1/users': { users: [row('p1', 'ada'), row('p2', 'p1')] } });
  using client = PlatformClient.at(platform.address.api, platform.authority, null);
  assert.equal((await findUser(client, 'ada')).id, 'p1');
  assert.equal((await findUser(client, 'p1')).id, 'p2');
  assert.equal((await findUser(client, 'p2')).id, 'p2');
  await assert.rejects(findUser(client, 'eve'), { code: 'CLI_USER_UNKNOWN' });
});
