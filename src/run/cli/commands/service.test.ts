import assert from 'node:assert/strict';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { standIn } from '../testing.ts';
import { addServiceCommand } from './service.ts';

const USER = { id: 'p1', kind: 'service', name: 'loader', roles: ['keeper'], status: 'enabled', created: 'x' };
const KEY = {
  id: 'k1',
  user: 'p1',
  name: 'key',
  actions: ['query'],
  views: ['climate'],
  purposes: null,
  status: 'enabled',
  expires: '2027',
  lastUsed: null,
};
const ANSWERS = {
  'POST /v1/services': { user: USER },
  'GET /v1/users': { users: [USER] },
  'GET /v1/api-keys': { keys: [KEY] },
  'POST /v1/users/p1/api-keys': { key: KEY, secret: 'weir_key_1' },
  'POST /v1/api-keys/k1/revoke': { ...KEY, status: 'revoked' },
  'POST /v1/services/p1/certificate': { key: 'K', certificate: 'C', authority: 'A' },
};

test('weir service add makes an account with a key, a certificate, or neither', async (t) => {
  const platform = await standIn(t, ANSWERS);
  const run = (...words: string[]) =>
    platform.run(addServiceCommand, 'service', 'add', 'loader', '--role', 'keeper', ...words);
  assert.equal((await run('--key')).out, 'weir_key_1\n', 'the key alone, so that it can go to a file');
  const folder = join(await temporaryFolder(t), 'out');
  assert.equal((await run('--certificate', '--out', folder)).out, `${join(folder, 'service.crt')}\n`);
  assert.equal(await readFile(join(folder, 'service.key'), 'utf8'), 'K');
  assert.equal((await stat(join(folder, 'service.key'))).mode & 0o777, 0o600);
  assert.equal((await run()).out, 'p1\n');
  const heard = platform.heard.length;
  await assert.rejects(run('--key', '--certificate'), { code: 'CLI_USAGE' });
  await assert.rejects(run('--key', '--days', '0'), { code: 'CLI_USAGE' });
  assert.equal(platform.heard.length, heard, 'what is wrong is found before anything is made');
});

test('weir service add says that a name is taken before it asks about files', async (t) => {
  const taken = { code: 'IDENTITY_PERSON_EXISTS', detail: 'Cannot add person: there is one of that name' };
  const answer = { status: 409, type: 'application/problem+json', text: JSON.stringify(taken) };
  const platform = await standIn(t, { 'GET /v1/users': { users: [USER] }, 'POST /v1/services': answer });
  const folder = join(await temporaryFolder(t), 'loader');
  await mkdir(folder);
  const key = join(folder, 'service.key');
  await writeFile(key, 'of before');
  const add = (name: string) =>
    platform.run(addServiceCommand, 'service', 'add', name, '--role', 'keeper', '--certificate', '--out', folder);
  await assert.rejects(add('loader'), { code: 'CLI_REFUSED', message: /there is one of that name/ });
  assert.equal(await readFile(key, 'utf8'), 'of before');
  await assert.rejects(add('another'), { code: 'CLI_UNCONFIRMED' });
});

test('weir service key adds with a scope, lists and revokes', async (t) => {
  const platform = await standIn(t, ANSWERS);
  const run = (...words: string[]) => platform.run(addServiceCommand, 'service', 'key', ...words);
  const scope = ['--action', 'query', '--view', 'climate', '--purpose', 'quality', '--days', '30'];
  assert.equal((await run('add', 'loader', ...scope)).out, 'weir_key_1\n');
  assert.deepEqual(JSON.parse(platform.heard.at(-1)?.body ?? ''), {
    name: 'key',
    days: 30,
    actions: ['query'],
    views: ['climate'],
    purposes: ['quality'],
  });
  const list = (await run('list')).out;
  assert.match(list, /^k1 +loader +key +enabled +actions query; views climate +2027 +never/m);
  assert.equal((await run('revoke', 'k1', '--yes')).out, 'k1 is revoked\n');
});

test('weir service certificate gives another one', async (t) => {
  const platform = await standIn(t, ANSWERS);
  const folder = join(await temporaryFolder(t), 'out');
  await platform.run(addServiceCommand, 'service', 'certificate', 'loader', '--out', folder);
  assert.equal(await readFile(join(folder, 'ca.crt'), 'utf8'), 'A');
});
