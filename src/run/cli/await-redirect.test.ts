import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listenForRedirect } from './await-redirect.ts';

test('listenForRedirect() hears the return of a browser, and nothing else', async () => {
  using listener = await listenForRedirect();
  assert.match(listener.redirect, /^http:\/\/127\.0\.0\.1:\d+\/returned$/);
  const returned = listener.returned(10_000);
  assert.equal((await fetch(new URL('/favicon.ico', listener.redirect))).status, 404);
  assert.equal((await fetch(`${listener.redirect}?x=1`, { method: 'POST' })).status, 404);
  const page = await fetch(`${listener.redirect}?code=c&state=s`);
  assert.match(await page.text(), /can be closed/);
  assert.equal(await returned, `${listener.redirect}?code=c&state=s`);
});

test('listenForRedirect() gives up when time is up', async () => {
  using listener = await listenForRedirect();
  await assert.rejects(listener.returned(1), { code: 'CLI_UNFINISHED' });
});
