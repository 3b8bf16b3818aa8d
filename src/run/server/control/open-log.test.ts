import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { equalBytes, systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { silentLog, testEvent } from '../../../../test/support/open-audit-log.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { keptSecret, openLog } from './open-log.ts';

test('openLog() signs with the same two keys at each start', async (t) => {
  const { custody } = await openKeys(t);
  const directory = join(await temporaryFolder(t), 'audit');
  const open = () =>
    openLog({ directory, deployment: 'd1', custody, clock: systemClock, random: systemRandom, log: silentLog });
  const keys: (readonly string[])[] = [];
  for (const size of [1, 2]) {
    await using log = await open();
    await log.append(testEvent(size));
    await log.flush();
    keys.push(log.verifierKeys);
    assert.equal(log.checkpoint.size, size);
  }
  assert.equal(keys[0]?.length, 2);
  assert.ok(keys[0]?.every((key) => key.startsWith('weir/d1+')));
  assert.deepEqual(keys[0], keys[1]);
});

test('keptSecret() makes a secret once and finds it afterwards', async (t) => {
  const { custody } = await openKeys(t);
  const made = await keptSecret(custody, 'test-secret', 32, systemRandom);
  assert.equal(made.length, 32);
  assert.ok(equalBytes(await keptSecret(custody, 'test-secret', 32, systemRandom), made));
  assert.ok(!equalBytes(await keptSecret(custody, 'other-secret', 32, systemRandom), made));
});
