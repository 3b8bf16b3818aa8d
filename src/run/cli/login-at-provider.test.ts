import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loginInBrowser, loginOnDevice } from './login-at-provider.ts';
import { PlatformClient } from './platform-client.ts';
import { standIn } from './testing.ts';

const ANSWER = { token: 'weir_session_1', session: { id: 's1' }, user: { name: 'ada' } };

test('loginInBrowser() says what to open and hands over what the browser brings back', async (t) => {
  const platform = await standIn(t, {
    'POST /v1/sign-in/login': (body) => ({ handle: 'h1', address: `https://id.test/auth?at=${body}` }),
    'POST /v1/sign-in/login/finish': ANSWER,
  });
  using client = PlatformClient.at(platform.address.api, platform.authority, null);
  const said: string[] = [];
  const answer = await loginInBrowser(client, 'corp', (text) => {
    said.push(text);
    const { redirect } = JSON.parse(/\?at=(.*)\n/.exec(text)?.[1] ?? '') as { redirect: string };
    void fetch(`${redirect}?code=c&state=s`);
  });
  assert.equal(answer.token, 'weir_session_1');
  const finish = JSON.parse(platform.heard.at(-1)?.body ?? '') as { handle: string; returned: string };
  assert.equal(finish.handle, 'h1');
  assert.match(finish.returned, /^http:\/\/127\.0\.0\.1:\d+\/returned\?code=c&state=s$/);
});

test('loginOnDevice() says where to enter which code, and asks until somebody did', async (t) => {
  let asked = 0;
  const platform = await standIn(t, {
    'POST /v1/sign-in/login': { handle: 'h1', address: 'https://id.test/device', userCode: 'ABCD-EFGH' },
    'POST /v1/sign-in/login/finish': () => (asked++ < 2 ? { pending: true } : ANSWER),
  });
  using client = PlatformClient.at(platform.address.api, platform.authority, null);
  const said: string[] = [];
  assert.equal((await loginOnDevice(client, 'corp', (text) => said.push(text))).token, 'weir_session_1');
  assert.deepEqual([said, asked], [['open https://id.test/device on any device and enter ABCD-EFGH'], 3]);
});
