import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { makeGuard, makeRootFile, openRootFile, parseRootFile, rootKeyId } from './root-file.ts';
import type { DemoRootFile, PassphraseRootFile, RootFile } from './root-file.ts';

const random = seededRandom(7);
const key = random.bytes(32);
const CREATED = '2026-01-01T00:00:00Z';
const PASSPHRASE = 'lantern orbit quarry';

async function sealRootFile(passphrase: string, root = 1): Promise<PassphraseRootFile> {
  const keys = [{ root, created: CREATED, key }];
  return makeRootFile(await makeGuard(passphrase, random), keys, random) as PassphraseRootFile;
}

function makeDemoRootFile(): DemoRootFile {
  return makeRootFile({ kind: 'demo' }, [{ root: 1, created: CREATED, key }], random) as DemoRootFile;
}

test('openRootFile() gives back what makeRootFile() took, by that passphrase only', async () => {
  const file = await sealRootFile(PASSPHRASE, 3);
  const opened = await openRootFile(parseRootFile(JSON.stringify(file)), PASSPHRASE);
  assert.equal(opened.guard.kind, 'passphrase');
  assert.deepEqual(plain(opened.keys), [{ root: 3, created: CREATED, key }]);
  await assert.rejects(openRootFile(file, 'lantern orbit quarrz'), { code: 'KEYS_PASSPHRASE_WRONG' });
  await assert.rejects(openRootFile(file, null), { code: 'KEYS_PASSPHRASE_NEEDED' });
});

test('openRootFile() takes a passphrase however its accents are composed', async () => {
  const file = await sealRootFile('caf\u00e9 am \u00dcbersee');
  assert.equal((await openRootFile(file, 'cafe\u0301 am U\u0308bersee')).keys.length, 1);
});

test('openRootFile() finds a change of any member', async () => {
  const file = await sealRootFile(PASSPHRASE);
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

test('makeGuard() refuses passphrases that are too short to guard anything', async () => {
  for (const weak of ['', 'short', 'elevenchars', 'x'.repeat(1_025)]) {
    await assert.rejects(makeGuard(weak, random), { code: 'KEYS_PASSPHRASE_WEAK' });
  }
});

test('a demo file opens without a passphrase and says what it is', async () => {
  const file = parseRootFile(JSON.stringify(makeDemoRootFile()));
  const opened = await openRootFile(file, null);
  assert.deepEqual([opened.guard.kind, plain(opened.keys)], ['demo', [{ root: 1, created: CREATED, key }]]);
  assert.match(JSON.stringify(file), /never put real data/);
});

test('parseRootFile() refuses every other text', async () => {
  const sound = await sealRootFile(PASSPHRASE);
  const demo = makeDemoRootFile();
  const wrong: unknown[] = [
    null,
    [],
    'text',
    {},
    { ...sound, format: 'other' },
    { ...sound, version: 2 },
    { ...sound, version: 3 },
    { ...sound, version: 2, retired: [] },
    { ...sound, version: 2, retired: [{ root: 1, created: CREATED, sealed: 'AAAA' }] },
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

test('a file holds older generations under the newest, and a changed one is found', async () => {
  const older = { root: 1, created: CREATED, key: random.bytes(32) };
  const newer = { root: 3, created: '2026-02-01T00:00:00Z', key };
  for (const guard of [{ kind: 'demo' } as const, await makeGuard(PASSPHRASE, random)]) {
    const file = parseRootFile(JSON.stringify(makeRootFile(guard, [older, newer], random)));
    assert.equal(file.version, 2);
    assert.deepEqual(plain((await openRootFile(file, PASSPHRASE)).keys), [older, newer]);
    const [sealed] = file.retired ?? [];
    if (sealed === undefined) throw new Error('no older generation');
    for (const changed of [
      { ...sealed, root: 2 },
      { ...sealed, created: 'x' },
      { ...sealed, sealed: 'AAAA' },
    ]) {
      const planted = { ...file, retired: [changed] };
      await assert.rejects(openRootFile(planted, PASSPHRASE), { code: 'KEYS_ROOT_MALFORMED' });
    }
  }
});

/** The same with plain arrays of bytes. */
function plain(keys: readonly { root: number; created: string; key: Uint8Array }[]): unknown {
  return keys.map((generation) => ({ ...generation, key: new Uint8Array(generation.key) }));
}

test('rootKeyId() tells keys apart and is no part of them', () => {
  assert.match(rootKeyId(key), /^[0-9a-f]{8}$/);
  assert.notEqual(rootKeyId(key), rootKeyId(key.with(0, (key[0] ?? 0) ^ 1)));
  assert.ok(!key.toHex().includes(rootKeyId(key)));
});
