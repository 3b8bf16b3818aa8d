import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { startTestPlatform } from './running-platform.ts';

const TEMPLATE = `
devices: { truck: {} }
streams: { climate: { from: truck, fields: { n: { type: integer } } } }
people: { scientist: { query: [climate] } }
`;

test('PlatformClient asks as operator and by token, and enrols', async () => {
  await using weir = await startTestPlatform(TEMPLATE);
  const device = await weir.enrol('truck-1', 'truck');
  assert.equal(await readFile(device.files.certificate, 'utf8'), device.certificate);
  const token = await weir.addUser('ada', ['scientist']);
  assert.deepEqual(await weir.query('select n from climate', { token }), []);
  await assert.rejects(weir.query('select n from nowhere', { token }), { code: 'QUERY_REFUSED', status: 400 });
  assert.equal((await weir.call('GET', '/v1/status', { token })).status, 403);
  assert.equal((await weir.status()).demo, true);
});
