import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { standIn } from '../testing.ts';
import { addServiceCommand } from './service.ts';

const USER = { id: 'p1', kind: 'service', name: 'loader', roles: ['keeper'], status: 'enabled', created: 'x' };
const KEY = { id: 's1', user: 'p1', name: 'key', algorithm: 'ed25519', status: 'enabled', expires: '2027' };

test('weir service signing-key registers, lists and revokes public keys', async (t) => {
  const platform = await standIn(t, {
    'GET /v1/users': { users: [USER] },
    'GET /v1/signing-keys': { keys: [KEY] },
    'POST /v1/users/p1/signing-keys': KEY,
    'POST /v1/signing-keys/s1/revoke': { ...KEY, status: 'revoked' },
  });
  const run = (...words: string[]) => platform.run(addServiceCommand, 'service', 'signing-key', ...words);
  const file = join(await temporaryFolder(t), 'signing.pub');
  await writeFile(file, 'PEM\n');
  assert.equal((await run('add', 'loader', file, '--days', '30')).out, 's1\n', 'the keyid alone');
  assert.deepEqual(JSON.parse(platform.heard.at(-1)?.body ?? ''), { name: 'key', key: 'PEM\n', days: 30 });
  assert.match((await run('list')).out, /^s1 +loader +key +ed25519 +enabled +2027$/m);
  assert.equal((await run('revoke', 's1', '--yes')).out, 's1 is revoked\n');
  const heard = platform.heard.length;
  await assert.rejects(run('add', 'loader', file, '--days', '0'), { code: 'CLI_USAGE' });
  await assert.rejects(run('add', 'loader', `${file}.none`));
  assert.equal(platform.heard.length, heard, 'what is wrong is found before anything is asked');
});
