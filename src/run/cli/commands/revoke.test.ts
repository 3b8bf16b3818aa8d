import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standIn } from '../testing.ts';
import { addDeviceCommand } from './device.ts';

test('weir device revoke names one target and says what went', async (t) => {
  const platform = await standIn(t, {
    'POST /v1/revocations': { devices: 1, certificates: 2, reason: 'keyCompromise' },
  });
  const asked = async (...words: string[]): Promise<unknown> => {
    const { out } = await platform.run(addDeviceCommand, 'device', 'revoke', ...words, '--yes');
    assert.equal(out, 'revoked: 1 device, 2 certificates\n');
    return JSON.parse(platform.heard.at(-1)?.body ?? '');
  };
  assert.deepEqual(await asked('truck-7', '--reason', 'keyCompromise'), { device: 'truck-7', reason: 'keyCompromise' });
  assert.deepEqual(await asked('--serial', '4F'), { serial: '4F', reason: 'unspecified' });
  assert.deepEqual(await asked('--type', 'reefer'), { type: 'reefer', reason: 'unspecified' });
  assert.deepEqual(await asked('--issuer', '1'), { issuer: 1, reason: 'unspecified' });
  for (const words of [[], ['truck-7', '--type', 'reefer'], ['--issuer', 'x']]) {
    await assert.rejects(platform.run(addDeviceCommand, 'device', 'revoke', ...words), { code: 'CLI_USAGE' });
  }
});
