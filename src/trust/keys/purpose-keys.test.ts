import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openKeys } from '../../../test/support/open-trust.ts';

test('a digest key is made once, logged, and the same after a restart', async (t) => {
  const { keys, audit, reopen } = await openKeys(t);
  const before = audit.events.length;
  const [first, same] = await Promise.all([keys.digestKey('statement'), keys.digestKey('statement')]);
  assert.equal(first.version, 1);
  assert.equal(first.key.macHex('select 1'), same.key.macHex('select 1'));
  const again = await (await reopen()).digestKey('statement');
  assert.equal(again.key.macHex('select 1'), first.key.macHex('select 1'));
  assert.equal(audit.events.length, before + 1);
});

test('purposes have keys of their own', async (t) => {
  const { keys } = await openKeys(t);
  const codes = new Set<string>();
  for (const purpose of ['statement', 'content', 'refusal', 'token:climate', 'token:pumps']) {
    codes.add((await keys.digestKey(purpose)).key.macHex('x'));
  }
  assert.equal(codes.size, 5);
});

test('a purpose that is none is refused', async (t) => {
  const { keys } = await openKeys(t);
  for (const purpose of ['', 'A', 'a:b:c', 'x'.repeat(33), 'token:../x']) {
    await assert.rejects(keys.digestKey(purpose), { code: 'KEYS_NAME_INVALID' });
  }
});

test('a digest key whose epoch was destroyed is gone', async (t) => {
  const { keys, custody, reopen } = await openKeys(t);
  await keys.digestKey('statement');
  await custody.keep('epoch-2', new Uint8Array(32).fill(1));
  await custody.destroy('epoch-1');
  await assert.rejects((await reopen()).digestKey('statement'), { code: 'KEYS_UNKNOWN' });
});

test('what tokens are stored under is neither rotated nor retired: what they are shown under is', async (t) => {
  const { keys } = await openKeys(t);
  await keys.digestKey('token:climate');
  const needed = { code: 'KEYS_VERSION_NEEDED' };
  await assert.rejects(keys.lifecycle.rotate('person:ada', 'digest', 'token:climate'), needed);
  await assert.rejects(keys.lifecycle.retire('person:ada', 'digest', 'token:climate'), needed);
  assert.equal((await keys.digestKey('token:climate')).version, 1);
});
