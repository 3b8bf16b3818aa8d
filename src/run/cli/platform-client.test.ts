import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { text } from 'node:stream/consumers';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { layoutOf } from '#run/server/index.ts';
import { refusalOf } from './errors.ts';
import { PlatformClient } from './platform-client.ts';
import { standIn } from './testing.ts';
import type { StandInAnswer } from './testing.ts';

test('PlatformClient sends JSON, bytes and streams, and reads what comes back', async (t) => {
  const platform = await standIn(t, {
    'POST /a': { ok: true },
    'GET /b': { status: 200, type: 'text/plain', text: 'hello' },
  });
  using client = await PlatformClient.open({ layout: layoutOf(platform.data), address: platform.address }, undefined);
  assert.deepEqual(await client.json('POST', '/a', { body: { n: 1 } }), { ok: true });
  await client.json('POST', '/a', { body: Buffer.from('bytes'), contentType: 'text/csv' });
  await client.json('POST', '/a', {
    body: (async function* () {
      yield Buffer.from('one');
      yield Buffer.from('two');
    })(),
  });
  assert.deepEqual(
    platform.heard.map(({ body }) => body),
    ['{"n":1}', 'bytes', 'onetwo'],
  );
  assert.equal(await client.text('GET', '/b'), 'hello');
  assert.equal(await text(await client.stream('GET', '/b')), 'hello');
});

test('PlatformClient throws refusals with the platform’s own words, code and hint', async (t) => {
  const problem = { code: 'POLICY_DENIED', detail: 'Cannot do that', hint: 'Ask somebody' };
  const platform = await standIn(t, {
    'GET /a': { status: 403, type: 'application/problem+json', text: JSON.stringify(problem) },
    'GET /b': { status: 502, type: 'text/html', text: '<p>' },
    'GET /c': {
      status: 400,
      type: 'application/problem+json',
      text: '{"detail":"binder error","engine":"no column x"}',
    },
  });
  using client = await PlatformClient.open({ layout: layoutOf(platform.data), address: platform.address }, undefined);
  await assert.rejects(client.json('GET', '/a'), (error) => {
    assert.deepEqual(refusalOf(error), { status: 403, code: 'POLICY_DENIED' });
    assert.deepEqual([(error as Error).message, (error as { hint?: string }).hint], ['Cannot do that', 'Ask somebody']);
    return true;
  });
  await assert.rejects(client.json('GET', '/b'), { code: 'CLI_REFUSED', message: /502/ });
  await assert.rejects(client.json('GET', '/c'), { message: 'binder error (no column x)' });
});

test('PlatformClient comes again for what it reads when it is told to, within bounds', async (t) => {
  const busy = (after: string): StandInAnswer => ({
    status: 429,
    type: 'application/problem+json',
    text: '{"code":"API_RATE","detail":"used up"}',
    headers: { 'retry-after': after },
  });
  const answers = [busy('0'), busy('1'), { ok: true }];
  const platform = await standIn(t, {
    'GET /a': () => answers.shift() ?? busy('0'),
    'POST /a': busy('0'),
    'GET /later': busy('3600'),
    'GET /when': busy('Fri, 31 Dec 1999 23:59:59 GMT'),
  });
  using client = await PlatformClient.open({ layout: layoutOf(platform.data), address: platform.address }, undefined);
  assert.deepEqual(await client.json('GET', '/a'), { ok: true });
  assert.equal(platform.heard.length, 3);
  for (const [method, path] of [
    ['POST', '/a'],
    ['GET', '/later'],
    ['GET', '/when'],
  ] as const) {
    await assert.rejects(client.json(method, path), (error) => refusalOf(error)?.code === 'API_RATE');
  }
  assert.equal(platform.heard.length, 6);
  // It is not asked for ever.
  await assert.rejects(client.json('GET', '/a'), (error) => refusalOf(error)?.status === 429);
  assert.ok(platform.heard.length < 6 + 100);
});

test('PlatformClient says when nobody answers, and does not trust a stranger', async (t) => {
  const platform = await standIn(t, { 'GET /a': {} });
  using gone = PlatformClient.at('https://localhost:1', null, null);
  await assert.rejects(gone.json('GET', '/a'), { code: 'CLI_NO_PLATFORM' });
  using distrusting = PlatformClient.at(platform.address.api, null, null);
  await assert.rejects(distrusting.json('GET', '/a'), { code: 'CLI_NO_PLATFORM' });
  using trusting = PlatformClient.at(platform.address.api, platform.authority, 'weir_t');
  assert.deepEqual(await trusting.json('GET', '/a'), {});
  assert.equal(platform.heard[0]?.authorization, 'Bearer weir_t');
  await assert.rejects(
    PlatformClient.open({ layout: layoutOf(platform.data), address: platform.address }, '/nonexistent'),
    { code: 'CLI_NO_CREDENTIAL' },
  );
});

test('PlatformClient says of a token file that holds another thing what is wrong with it', async (t) => {
  const platform = await standIn(t, {});
  const found = { layout: layoutOf(platform.data), address: platform.address };
  const file = join(await temporaryFolder(t), 'ada.out');
  for (const [text, message] of [
    ['weir: ada is p6934 with apiarist\nweir_token_x\n', /more than a token/],
    ['weir_token_x\u00a0y', /more than a token/],
    ['\n', /is empty/],
  ] as const) {
    await writeFile(file, text);
    await assert.rejects(PlatformClient.open(found, file), { code: 'CLI_NO_CREDENTIAL', message });
  }
});
