import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { makeDemoRootFile, openRootFile, parseRootFile, rootKeyId, sealRootFile } from './root-file.ts';
import type { PassphraseRootFile, RootFile } from './root-file.ts';

const random = seededRandom(7);
const key = random.bytes(32);
const CREATED = '2026-01-01T00:00:00Z';
const PASSPHRASE = 'lantern orbit quarry';

test('openRootFile() gives back what sealRootFile() took, by that passphrase only', async () => {
  const file = await sealRootFile(key, PASSPHRASE, CREATED, random, 3);
  const opened = await openRootFile(parseRootFile(JSON.stringify(file)), PASSPHRASE);
  assert.deepEqual({ ...opened, key: new Uint8Array(opened.key) }, { kind: 'passphrase', root: 3, key });
  await assert.rejects(openRootFile(file, 'lantern orbit quarrz'), { code: 'KEYS_PASSPHRASE_WRONG' });
  await assert.rejects(openRootFile(file, null), { code: 'KEYS_PASSPHRASE_NEEDED' });
});

test('openRootFile() takes a passphrase however its accents are composed', async () => {
  const file = await sealRootFile(key, 'caf\u00e9 am \u00dcbersee', CREATED, random);
  assert.equal((await openRootFile(file, 'cafe\u0301 am U\u0308bersee')).root, 1);
});

test('openRootFile() finds a change of any member', async () => {
  const file = await sealRootFile(key, PASSPHRASE, CREATED, random);
  const changes: Partial<PassphraseRootFile>[] = [
    { root: 2 },
    { created: '2026-01-02T00:00:00Z' },
    { argon2id: { ...file.argon2id, passes: 2 } },
    { argon2id: { ...file.argon2id, memoryKiB: 4 } },
    { argon2id: { ...file.argon2id, salt: 'AAAAAAAAAAAAAAAAAAAAAA==' } },
    { sealed: `A${file.sealed.slice(1)}` === file.sealed ? `B${file.sealed.slice(1)}` : `A${file.sealed.slice(1)}` },
  ];
  for (const change of changes) {
    await assert.rejects(openRootFile({ ...file, ...change }, PASSPHRASE), { code: 'KEYS_PASSPHRASE_WRONG' });
  }
});

test('sealRootFile() refuses passphrases that are too short to guard anything', async () => {
  for (const weak of ['', 'short', 'elevenchars', 'x'.repeat(1_025)]) {
    await assert.rejects(sealRootFile(key, weak, CREATED, random), { code: 'KEYS_PASSPHRASE_WEAK' });
  }
});

test('a demo file opens without a passphrase and says what it is', async () => {
  const file = parseRootFile(JSON.stringify(makeDemoRootFile(key, CREATED)));
  assert.deepEqual(await openRootFile(file, null), { kind: 'demo', root: 1, key });
  assert.match(JSON.stringify(file), /never put real data/);
});

test('parseRootFile() refuses every other text', async () => {
  const sound = await sealRootFile(key, PASSPHRASE, CREATED, random);
  const demo = makeDemoRootFile(key, CREATED);
  const wrong: unknown[] = [
    null,
    [],
    'text',
    {},
    { ...sound, format: 'other' },
    { ...sound, version: 2 },
    { ...sound, kind: 'demo' },
    { ...sound, root: 0 },
    { ...sound, root: 256 },
    { ...sound, created: 5 },
    { ...sound, argon2id: null },
    { ...sound, argon2id: { ...sound.argon2id, memoryKiB: '65536' } },
    { ...sound, argon2id: { ...sound.argon2id, salt: '!' } },
    { ...sound, sealed: '' },
    { ...demo, key: 'AAAA' },
    { ...demo, notice: undefined },
  ];
  for (const value of wrong) {
    assert.throws(() => parseRootFile(JSON.stringify(value)), { code: 'KEYS_ROOT_MALFORMED' }, JSON.stringify(value));
  }
  const text = JSON.stringify(sound);
  for (let length = 0; length < text.length; length += 7) {
    assert.throws(() => parseRootFile(text.slice(0, length)), { code: 'KEYS_ROOT_MALFORMED' });
  }
  const parsed: RootFile = parseRootFile(text);
  assert.deepEqual(parsed, sound);
});

test('rootKeyId() tells keys apart and is no part of them', () => {
  assert.match(rootKeyId(key), /^[0-9a-f]{8}$/);
  assert.notEqual(rootKeyId(key), rootKeyId(key.with(0, (key[0] ?? 0) ^ 1)));
  assert.ok(!key.toHex().includes(rootKeyId(key)));
});
