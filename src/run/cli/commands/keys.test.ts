import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standIn } from '../testing.ts';
import { addKeysCommand } from './keys.ts';

const EPOCH = {
  kind: 'epoch',
  name: '',
  version: 1,
  state: 'retired',
  created: null,
  uses: 65_536,
  limit: 4_294_967_296,
  holds: 3,
};
const DOMAIN = {
  ...EPOCH,
  kind: 'domain',
  name: 'climate:health',
  version: 2,
  state: 'active',
  created: '2026-01-01T00:00:00Z',
};

test('weir keys list shows versions, what needs them, and how near they are to their bound', async (t) => {
  const platform = await standIn(t, { 'GET /v1/keys': { custody: 'passphrase', keys: [EPOCH, DOMAIN] } });
  const all = await platform.run(addKeysCommand, 'keys', 'list');
  assert.match(all.out, /^epoch +1 +retired/m);
  assert.match(
    all.out,
    /^domain +climate:health +2 +active +2026-01-01T00:00:00Z +3 +65536 of 4294967296 \(0\.002 %\)/m,
  );
  assert.match(all.err, /in custody: passphrase/);
  const retired = await platform.run(addKeysCommand, 'keys', 'list', '--state', 'retired');
  assert.doesNotMatch(retired.out, /climate/);
});

test('weir keys rotate asks before tokens are shown in another way', async (t) => {
  const rotation = { kind: 'token', name: 'boxes', version: 2, rewrapped: 0, milliseconds: 1 };
  const platform = await standIn(t, { 'POST /v1/keys/rotate': rotation });
  const rotate = (...more: string[]) => platform.run(addKeysCommand, 'keys', 'rotate', 'token', 'boxes', ...more);
  await assert.rejects(rotate(), { code: 'CLI_UNCONFIRMED', message: /boxes/ });
  assert.deepEqual(platform.heard, []);
  assert.match((await rotate('--yes')).out, /version 2/);
});

test('weir keys rotate asks before what a gateway key made is equal to nothing, and not about keys that seal', async (t) => {
  const platform = await standIn(t, {
    'POST /v1/keys/rotate': (body) => ({ ...JSON.parse(body), version: 2, rewrapped: 0, milliseconds: 1 }),
  });
  const rotate = (...words: string[]) => platform.run(addKeysCommand, 'keys', 'rotate', ...words);
  for (const [name, goes] of [
    ['content-hash', /send again is refused as a replay/],
    ['refusal-digest', /digests of what was refused before/],
  ] as const) {
    await assert.rejects(rotate('gateway', name), { code: 'CLI_UNCONFIRMED', message: goes });
    assert.match((await rotate('gateway', name, '--yes')).out, /from its next start on/);
  }
  assert.equal(platform.heard.length, 2);
  await rotate('ticket');
  await rotate('domain', 'climate:health');
  // What is no key of the gateway is for the platform to refuse.
  await rotate('gateway', 'none');
  assert.equal(platform.heard.length, 5);
});

test('weir keys rotate prints the rate, and says of a root key that its kit is stale', async (t) => {
  const platform = await standIn(t, {
    'POST /v1/keys/rotate': { kind: 'root', name: '', version: 2, rewrapped: 5_000, milliseconds: 100 },
  });
  const { out, err } = await platform.run(addKeysCommand, 'keys', 'rotate', 'root');
  assert.equal(out, 'key root seals with version 2; 5000 wraps sealed again in 100 ms, 50000 a second\n');
  assert.match(err, /recovery kit/);
  assert.deepEqual(JSON.parse(platform.heard[0]?.body ?? ''), { kind: 'root', name: '' });
});

test('weir keys destroy asks before it shreds, and says what would be lost', async (t) => {
  const platform = await standIn(t, {
    'GET /v1/keys': { custody: 'passphrase', keys: [EPOCH, DOMAIN] },
    'POST /v1/keys/destroy': { kind: 'domain', name: 'climate:health', version: 2, lost: 3 },
    'POST /v1/keys/retire': { kind: 'domain', name: 'climate:health' },
  });
  const words = ['keys', 'destroy', 'domain', 'climate:health', '--key-version', '2'];
  for (const more of [[], ['--force']]) {
    await assert.rejects(platform.run(addKeysCommand, ...words, ...more), {
      code: 'CLI_UNCONFIRMED',
      message: /3 keys need it/,
    });
  }
  assert.equal(platform.heard.filter(({ route }) => route.includes('destroy')).length, 0);
  const { out } = await platform.run(addKeysCommand, ...words, '--force', '--yes');
  assert.match(out, /climate:health version 2 is destroyed; 3 keys went with it/);
  assert.match(
    (await platform.run(addKeysCommand, 'keys', 'retire', 'domain', 'climate:health', '--yes')).out,
    /seals no more/,
  );
  await assert.rejects(platform.run(addKeysCommand, 'keys', 'destroy', 'epoch', '--key-version', '0'), {
    code: 'CLI_USAGE',
  });
});
