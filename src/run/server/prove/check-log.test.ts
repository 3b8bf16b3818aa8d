import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { directorySource } from '#trust/audit/index.ts';
import { openAuditLog, testEvent, testKey } from '../../../../test/support/open-audit-log.ts';
import { noteSigner } from '#base/crypto/index.ts';
import { alterEntry, checkLog } from './check-log.ts';

const { signal } = new AbortController();

async function filled(t: Parameters<typeof openAuditLog>[0], entries = 300) {
  const opened = await openAuditLog(t);
  for (let i = 0; i < entries; i++) await opened.log.append(testEvent(i));
  await opened.log.flush();
  return opened;
}

test('checkLog() verifies a sound log and finds its own change', async (t) => {
  const { log, directory } = await filled(t);
  assert.deepEqual(await checkLog(directory, log.verifierKeys, signal), {
    entries: 300,
    verified: true,
    reason: null,
    tamperDetected: true,
  });
});

test('checkLog() names what is wrong with a log', async (t) => {
  const { log, directory } = await filled(t);
  const file = join(directory, 'tile', 'entries', '000');
  const bytes = await readFile(file);
  bytes[100]! ^= 1;
  await writeFile(file, bytes);
  const { verified, reason } = await checkLog(directory, log.verifierKeys, signal);
  assert.equal(verified, false);
  assert.match(reason ?? '', /^[a-z-]+: /);
});

test('checkLog() believes no log that other keys signed', async (t) => {
  const { directory } = await filled(t, 3);
  const stranger = noteSigner('weir.example/log', testKey('ed25519', 9)).verifierKey;
  assert.equal((await checkLog(directory, [stranger], signal)).verified, false);
});

test('checkLog() takes no credit for a change that it could not make', async (t) => {
  const { log, directory } = await openAuditLog(t);
  const { entries, tamperDetected } = await checkLog(directory, log.verifierKeys, signal);
  assert.deepEqual([entries, tamperDetected], [0, false]);
});

test('alterEntry() changes one bit of one bundle, the same at each reading', async (t) => {
  const { directory } = await filled(t);
  const source = directorySource(directory);
  const altered = alterEntry(source);
  const differing = async (name: string) => {
    const [a, b] = [await source.read(name), await altered.read(name)];
    return a?.reduce((sum, byte, i) => sum + (byte === b?.[i] ? 0 : 1), 0);
  };
  assert.equal(await differing('checkpoint'), 0);
  assert.equal(altered.isAltered(), false);
  assert.equal(await differing('tile/entries/000'), 1);
  assert.equal(await differing('tile/entries/000'), 1);
  assert.equal(await differing('tile/entries/001.p/44'), 0);
  assert.ok(altered.isAltered());
});
