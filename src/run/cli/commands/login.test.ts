import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { standIn } from '../testing.ts';
import { addLoginCommand } from './login.ts';

const SESSION = { id: 's1', user: 'p1', expires: '2027' };
const ANSWER = { session: SESSION, user: { id: 'p1', name: 'ada' }, token: 'weir_session_1' };

test('weir login exchanges password or code, as nobody, and keeps the session for its owner alone', async (t) => {
  const platform = await standIn(t, { 'POST /v1/sign-in/password': ANSWER, 'POST /v1/sign-in/code': ANSWER });
  const folder = await temporaryFolder(t);
  const [secret, out] = [join(folder, 'secret'), join(folder, 'session')];
  await writeFile(secret, 'nine quiet herons\n');
  const run = (...words: string[]) => platform.run(addLoginCommand, 'login', ...words, '--out', out);
  assert.equal((await run('ada', '--password-file', secret)).out, `${out}\n`);
  assert.equal(await readFile(out, 'utf8'), 'weir_session_1\n');
  assert.equal((await stat(out)).mode & 0o777, 0o600);
  await run('--code-file', secret);
  assert.deepEqual(
    platform.heard.map(({ route, body, certificate }) => [route, JSON.parse(body) as unknown, certificate]),
    [
      ['POST /v1/sign-in/password', { name: 'ada', password: 'nine quiet herons' }, false],
      ['POST /v1/sign-in/code', { code: 'nine quiet herons' }, false],
    ],
  );
  for (const words of [[], ['ada', '--code-file', secret], ['ada', '--oidc', 'corp']])
    await assert.rejects(run(...words), { code: 'CLI_USAGE' });
});

test('weir logout and whoami say what they found', async (t) => {
  const me = { id: 'p1', kind: 'person', roles: [], method: 'password', strength: 'bearer' };
  const platform = await standIn(t, { 'POST /v1/me/sign-out': { ended: true }, 'GET /v1/me': me });
  assert.equal((await platform.run(addLoginCommand, 'logout')).out, 'the session is ended\n');
  assert.equal((await platform.run(addLoginCommand, 'whoami')).out, 'person p1\nroles none\nby password, bearer\n');
});
