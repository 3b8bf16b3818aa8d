import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { test } from 'node:test';
import { startTestPlatform } from '../../../test/support/running-platform.ts';

const TEMPLATE = 'devices: { pump: {} }\nstreams: { s: { from: pump, fields: { n: { type: number } } } }';

test('startPlatform() runs, takes no second one on its directory, and leaves no address behind', async () => {
  const weir = await startTestPlatform(TEMPLATE);
  const { address } = weir.layout;
  try {
    assert.equal(weir.platform.proposal, false);
    assert.equal((await weir.platform.status()).template.digest, weir.platform.template.digest);
    await access(address);
  } finally {
    await weir[Symbol.asyncDispose]();
  }
  await assert.rejects(access(address));
});

test('startPlatform() does not open a demo key to other machines', async () => {
  const open = `${TEMPLATE}\nhosts: [weir.example.com]\nlisten: { address: 0.0.0.0 }`;
  await assert.rejects(startTestPlatform(open), { code: 'SERVER_DEMO_EXPOSED' });
});
