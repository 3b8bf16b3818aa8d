import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keysOf, openAuditLog, silentLog, testEvent, testKey, testLogOptions, TEST_ORIGIN } from './open-audit-log.ts';

test('openAuditLog() opens a log that takes events and has two keys', async (t) => {
  const { log, keys, directory } = await openAuditLog(t);
  assert.deepEqual(await log.append(testEvent(0)), { index: 0 });
  assert.deepEqual(
    keys.map((key) => key.name),
    [TEST_ORIGIN, TEST_ORIGIN],
  );
  assert.deepEqual(
    keysOf(log).map((key) => key.keyId),
    keys.map((key) => key.keyId),
  );
  assert.equal(testLogOptions(directory).directory, directory);
});

test('testKey() is the same at every call, and silentLog says nothing', () => {
  assert.deepEqual(testKey('ed25519').publicKey, testKey('ed25519').publicKey);
  assert.notDeepEqual(testKey('ed25519', 2).publicKey, testKey('ed25519').publicKey);
  assert.equal(silentLog.info({}, 'x'), undefined);
});
