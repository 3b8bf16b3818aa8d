import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../../../../test/support/eventually.ts';
import { startTestPlatform } from '../../../../test/support/running-platform.ts';

test('StoreHost starts its process again after a crash', async () => {
  await using weir = await startTestPlatform(
    'devices: { pump: {} }\nstreams: { s: { from: pump, fields: { n: { type: number } } } }',
  );
  const store = async () => (await weir.platform.status()).processes.find(({ name }) => name === 'store');
  const before = await store();
  process.kill(before?.pid ?? 0, 'SIGKILL');
  const after = await eventually(store, (found) => (found?.restarts ?? 0) > 0 && found?.pid !== before?.pid);
  assert.notEqual(after?.pid, before?.pid);
  assert.deepEqual(await weir.query('select count(*) as n from s'), [{ n: 0 }]);
});
