import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { readWebhookFile } from './webhook-file.ts';

test('readWebhookFile() reads what is there, and says what is not', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'soc.secret'), 'whsec_x\n');
  assert.equal(await readWebhookFile(folder, 'soc.secret'), 'whsec_x\n');
  await writeFile(join(folder, 'long'), 'x'.repeat(70_000));
  for (const name of ['none', 'long']) {
    await assert.rejects(readWebhookFile(folder, name), { code: 'SERVER_WEBHOOK_FILE' });
  }
});
