import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { standIn } from '../testing.ts';
import { addDeviceCommand } from './device.ts';

test('weir device confirm names one target, or sends a list as DER', async (t) => {
  const platform = await standIn(t, { 'POST /v1/confirmations': { confirmed: 2, revoked: 1 } });
  const asked = async (...words: string[]): Promise<unknown> => {
    const { out } = await platform.run(addDeviceCommand, 'device', 'confirm', ...words);
    assert.equal(out, 'confirmed: 2, revoked by the list: 1\n');
    return JSON.parse(platform.heard.at(-1)?.body ?? '');
  };
  assert.deepEqual(await asked('truck-7'), { device: 'truck-7' });
  assert.deepEqual(await asked('--serial', '4F'), { serial: '4F' });
  assert.deepEqual(await asked('--type', 'reefer'), { type: 'reefer' });
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'a.crl'), Uint8Array.of(0x30, 0));
  await writeFile(join(folder, 'a.pem'), '-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n');
  for (const name of ['a.crl', 'a.pem']) assert.deepEqual(await asked('--crl', join(folder, name)), { list: 'MAA=' });
  for (const words of [[], ['truck-7', '--type', 'reefer']]) {
    await assert.rejects(platform.run(addDeviceCommand, 'device', 'confirm', ...words), { code: 'CLI_USAGE' });
  }
});
