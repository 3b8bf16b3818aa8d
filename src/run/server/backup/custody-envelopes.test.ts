import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBackupWorld } from './testing.ts';
import { custodyEnvelopes } from './custody-envelopes.ts';

test('whoever opens the root key tells what this platform signed, and by its name', async (t) => {
  const { custody, parts } = await openBackupWorld(t);
  const text = await parts.sign('application/test', { a: 1 });
  const open = await custodyEnvelopes(custody, parts.deployment);
  assert.deepEqual(open(text).statement, { a: 1 });
  const other = await custodyEnvelopes(custody, 'other');
  assert.throws(() => other(text), { code: 'CRYPTO_SIGNATURE_INVALID' });
});
