import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standIn } from '../testing.ts';
import { addSessionCommand } from './session.ts';

const SESSION = {
  id: 's1',
  user: 'p1',
  method: 'password',
  strength: 'bearer',
  address: '192.0.2.7',
  created: 'a',
  expires: 'b',
  lastUsed: 'c',
};

test('weir session lists sessions by name of their holder, and ends one', async (t) => {
  const platform = await standIn(t, {
    'GET /v1/sessions': { sessions: [SESSION] },
    'GET /v1/users': { users: [{ id: 'p1', name: 'ada' }] },
    'POST /v1/sessions/s1/revoke': SESSION,
  });
  assert.match(
    (await platform.run(addSessionCommand, 'session', 'list')).out,
    /^s1 +ada +password +bearer +192\.0\.2\.7/m,
  );
  assert.equal((await platform.run(addSessionCommand, 'session', 'revoke', 's1', '--yes')).out, 's1 is ended\n');
});
