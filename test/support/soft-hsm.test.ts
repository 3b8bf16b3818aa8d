import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { SoftHsm } from './soft-hsm.ts';

test('SoftHsm has its settings and tokens in a folder of its own, which goes with it', async (t) => {
  const hsm = await SoftHsm.prepare();
  t.after(() => hsm.remove());
  assert.equal(process.env['SOFTHSM2_CONF'], `${hsm.folder}/softhsm2.conf`);
  assert.equal(hsm.token(t), hsm.token(t), 'one token for a test file');
  await hsm.remove();
  assert.ok(!existsSync(hsm.folder));
});
