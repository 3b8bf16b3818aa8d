import assert from 'node:assert/strict';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock as clock } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { testCustody } from '../../../test/conformance/custody.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { createFileCustody, inspectFileCustody, openFileCustody, restoreFileCustody } from './file-custody.ts';

const PASSPHRASE = 'lantern orbit quarry';
const sources = { clock, random };

testCustody('file custody with the demo key', async (t) => {
  const folder = await temporaryFolder(t);
  await createFileCustody(folder, { demo: true }, sources);
  return { open: () => openFileCustody(folder, null, random) };
});

testCustody('file custody under a passphrase', async (t) => {
  const folder = await temporaryFolder(t);
  await createFileCustody(folder, { passphrase: PASSPHRASE }, sources);
  return { open: () => openFileCustody(folder, PASSPHRASE, random) };
});

test('createFileCustody() never replaces a root key', async (t) => {
  const folder = await temporaryFolder(t);
  await createFileCustody(folder, { demo: true }, sources);
  const before = await readFile(join(folder, 'root.json'), 'utf8');
  await assert.rejects(createFileCustody(folder, { passphrase: PASSPHRASE }, sources), { code: 'KEYS_ROOT_EXISTS' });
  assert.equal(await readFile(join(folder, 'root.json'), 'utf8'), before);
});

test('createFileCustody() with a weak passphrase leaves nothing behind', async (t) => {
  const folder = await temporaryFolder(t);
  await assert.rejects(createFileCustody(folder, { passphrase: 'short' }, sources), { code: 'KEYS_PASSPHRASE_WEAK' });
  assert.equal(await inspectFileCustody(folder), null);
});

test('only the demo key is bound to loopback', async (t) => {
  const [demo, real] = [await temporaryFolder(t), await temporaryFolder(t)];
  await using first = await createFileCustody(demo, { demo: true }, sources);
  await using second = await createFileCustody(real, { passphrase: PASSPHRASE }, sources);
  assert.deepEqual([first.kind, first.loopbackOnly], ['demo', true]);
  assert.deepEqual([second.kind, second.loopbackOnly], ['passphrase', false]);
  assert.deepEqual([await inspectFileCustody(demo), await inspectFileCustody(real)], ['demo', 'passphrase']);
});

test('openFileCustody() tells a missing, a malformed and a locked root key apart', async (t) => {
  const folder = await temporaryFolder(t);
  await assert.rejects(openFileCustody(folder, null, random), { code: 'KEYS_ROOT_MISSING' });
  await createFileCustody(folder, { passphrase: PASSPHRASE }, sources);
  await assert.rejects(openFileCustody(folder, null, random), { code: 'KEYS_PASSPHRASE_NEEDED' });
  await assert.rejects(openFileCustody(folder, `${PASSPHRASE}s`, random), { code: 'KEYS_PASSPHRASE_WRONG' });
  await writeFile(join(folder, 'root.json'), Uint8Array.of(0xff, 0xfe));
  await assert.rejects(openFileCustody(folder, PASSPHRASE, random), { code: 'KEYS_ROOT_MALFORMED' });
  await assert.rejects(inspectFileCustody(folder), { code: 'KEYS_ROOT_MALFORMED' });
});

test('restoreFileCustody() on a clean machine opens what the lost root key sealed', async (t) => {
  const [lost, clean] = [await temporaryFolder(t), await temporaryFolder(t)];
  const custody = await createFileCustody(lost, { passphrase: PASSPHRASE }, sources);
  const sealed = await custody.seal('authority:root:1', new Uint8Array(32).fill(5));
  const shares = custody.recoveryShares(2, 3);
  await custody[Symbol.asyncDispose]();
  await assert.rejects(restoreFileCustody(clean, shares.slice(0, 1), PASSPHRASE, sources), {
    code: 'KEYS_RECOVERY_FAILED',
  });
  assert.equal(await inspectFileCustody(clean), null);
  await restoreFileCustody(clean, [shares[2] ?? '', shares[0] ?? ''], 'another long passphrase', sources);
  await using restored = await openFileCustody(clean, 'another long passphrase', random);
  assert.deepEqual(new Uint8Array(await restored.open('authority:root:1', sealed)), new Uint8Array(32).fill(5));
  // In place of a root key whose passphrase was forgotten.
  await restoreFileCustody(lost, shares, 'a third long passphrase', sources);
  await assert.rejects(openFileCustody(lost, PASSPHRASE, random), { code: 'KEYS_PASSPHRASE_WRONG' });
});

test('no file of a custody shows a secret or lets others read it', async (t) => {
  const folder = await temporaryFolder(t);
  await using custody = await createFileCustody(folder, { passphrase: PASSPHRASE }, sources);
  const secret = new Uint8Array(32).fill(0x41);
  await custody.keep('epoch-1', secret);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    assert.equal((await stat(path)).mode & 0o077, 0, path);
    if (entry.isFile()) assert.ok(!(await readFile(path)).includes(Buffer.from(secret)), path);
  }
});

test('two secrets whose files were exchanged are found', async (t) => {
  const folder = await temporaryFolder(t);
  await using custody = await createFileCustody(folder, { demo: true }, sources);
  await custody.keep('epoch-1', random.bytes(32));
  await custody.keep('epoch-2', random.bytes(32));
  await writeFile(join(folder, 'secrets', 'epoch-1.key'), await readFile(join(folder, 'secrets', 'epoch-2.key')));
  await assert.rejects(custody.fetch('epoch-1'), { code: 'KEYS_CUSTODY_DAMAGED' });
});
