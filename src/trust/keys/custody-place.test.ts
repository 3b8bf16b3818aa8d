import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { formatPlace, inspectCustody, requirePlace } from './custody-place.ts';

const PLACES = [
  { kind: 'pkcs11', module: '/usr/lib/x.so', token: 'weir', key: 'weir-root-1' },
  { kind: 'transit', url: 'https://vault.example', mount: 'transit', key: 'weir-root', authority: '/etc/ca.pem' },
] as const;

test('inspectCustody() gives back what formatPlace() wrote', async (t) => {
  const folder = await temporaryFolder(t);
  assert.equal(await inspectCustody(folder), null);
  for (const place of PLACES) {
    await writeFile(join(folder, 'root.json'), formatPlace(place, '2026-01-01T00:00:00Z'));
    assert.deepEqual(await inspectCustody(folder), place);
  }
});

test('inspectCustody() refuses every other file', async (t) => {
  const folder = await temporaryFolder(t);
  const sound = JSON.parse(Buffer.from(formatPlace(PLACES[0], '2026-01-01T00:00:00Z')).toString()) as object;
  for (const wrong of [
    'x',
    'null',
    '{}',
    { ...sound, version: 4 },
    { ...sound, kind: 'cloud' },
    { ...sound, place: {} },
    { ...sound, place: { module: 'relative', token: 'weir', key: 'k' } },
  ]) {
    await writeFile(join(folder, 'root.json'), typeof wrong === 'string' ? wrong : JSON.stringify(wrong));
    await assert.rejects(inspectCustody(folder), { code: 'KEYS_ROOT_MALFORMED' }, JSON.stringify(wrong));
  }
  assert.throws(() => requirePlace('transit', { url: 'x' }), { code: 'KEYS_ROOT_MALFORMED', message: /url/ });
});
