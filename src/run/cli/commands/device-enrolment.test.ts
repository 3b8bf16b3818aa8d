import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { standIn } from '../testing.ts';
import { addDeviceCommand } from './device.ts';

test('weir device token prints the token alone, and takes lives from a minute to a week', async (t) => {
  const made = { token: 'weir-enrol_x', device: 'pump-1', type: 'pump', expires: '2026-01-01T00:00:00Z' };
  const platform = await standIn(t, { 'POST /v1/devices/pump-1/enrol-token': made });
  const { out, err } = await platform.run(addDeviceCommand, 'device', 'token', 'pump-1', '--type', 'pump');
  assert.equal(out, 'weir-enrol_x\n');
  assert.match(err, /until 2026-01-01T00:00:00Z/);
  assert.deepEqual(JSON.parse(platform.heard[0]?.body ?? ''), { type: 'pump', minutes: 60 });
  for (const life of ['0m', '30s', '8d', 'x']) {
    const words = ['device', 'token', 'pump-1', '--type', 'pump', '--life', life];
    await assert.rejects(platform.run(addDeviceCommand, ...words), { code: 'CLI_USAGE' });
  }
});

test('weir device expect reads CSV and JSON lines, and names the line that lacks something', async (t) => {
  const platform = await standIn(t, { 'POST /v1/expected-devices': { added: 2, known: 0 } });
  const folder = await temporaryFolder(t);
  const row = { manufacturer: 'acme', serial: '17', name: 'pump-1', type: 'pump' };
  const files = {
    'a.csv': 'manufacturer,serial,name,type,model\nacme,17,pump-1,pump,\nacme,18,pump-2,pump,X\n',
    'a.jsonl': `${JSON.stringify(row)}\n${JSON.stringify({ ...row, serial: 18, name: 'pump-2', model: 'X' })}\n`,
  };
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(folder, name), text);
    const { out } = await platform.run(addDeviceCommand, 'device', 'expect', join(folder, name));
    assert.equal(out, '2 devices are expected now, 0 were already\n');
    const { devices } = JSON.parse(platform.heard.at(-1)?.body ?? '') as { devices: unknown };
    assert.deepEqual(devices, [row, { ...row, serial: '18', name: 'pump-2', model: 'X' }]);
  }
  await writeFile(join(folder, 'b.csv'), 'manufacturer,serial,name,type\nacme,17,pump-1,pump\nacme,,pump-2,pump\n');
  await assert.rejects(platform.run(addDeviceCommand, 'device', 'expect', join(folder, 'b.csv')), {
    code: 'CLI_FILE_UNREADABLE',
    message: /line 3 has no serial/,
  });
  await writeFile(join(folder, 'c.csv'), 'acme\n');
  await assert.rejects(platform.run(addDeviceCommand, 'device', 'expect', join(folder, 'c.csv')), {
    code: 'CLI_FILE_UNREADABLE',
    message: /names no device/,
  });
});

test('weir device expect lists and takes off, one thing at a time', async (t) => {
  const row = { manufacturer: 'acme', serial: '17', name: 'pump-1', type: 'pump', used: null };
  const platform = await standIn(t, {
    'GET /v1/expected-devices?limit=20000': { total: 2, devices: [row] },
    'POST /v1/expected-devices/remove': { removed: 1 },
  });
  const expect = (...words: string[]) => platform.run(addDeviceCommand, 'device', 'expect', ...words);
  const listed = await expect('--list');
  assert.match(listed.out, /^pump-1 +pump +acme +17 +-$/m);
  assert.match(listed.err, /the first 1 of 2/);
  assert.equal((await expect('--remove', 'pump-1', '--yes')).out, '1 devices are expected no more\n');
  assert.deepEqual(JSON.parse(platform.heard.at(-1)?.body ?? ''), { name: 'pump-1' });
  await expect('--clear', '--yes');
  assert.deepEqual(JSON.parse(platform.heard.at(-1)?.body ?? ''), { all: true });
  for (const words of [[], ['--list', '--clear'], ['a.csv', '--list']]) {
    await assert.rejects(expect(...words), { code: 'CLI_USAGE' });
  }
});
