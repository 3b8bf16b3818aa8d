import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DECLARED } from '../../../test/support/open-trust.ts';
import { declaredTypes, requireEnrolable } from './enrol-request.ts';
import type { EnrolRequest } from './enrol-request.ts';

const request = (change: Partial<EnrolRequest>): EnrolRequest => ({ name: 'truck-7', type: 'reefer', ...change });

test('requireEnrolable() takes names of devices as makers write them', () => {
  for (const name of ['a', 'truck-7', '00:1B:44:11:3A:B7', 'S.N_1', 'a'.repeat(64)])
    requireEnrolable(request({ name }), DECLARED, 1);
});

test('requireEnrolable() refuses each thing that does not fit', () => {
  const wrong: [Partial<EnrolRequest>, string][] = [
    [{ name: '' }, 'IDENTITY_DEVICE_INVALID'],
    [{ name: '_probe' }, 'IDENTITY_DEVICE_INVALID'],
    [{ name: 'a/b' }, 'IDENTITY_DEVICE_INVALID'],
    [{ name: 'a'.repeat(65) }, 'IDENTITY_DEVICE_INVALID'],
    [{ type: 'toaster' }, 'IDENTITY_TYPE_INVALID'],
    [{ type: '_probe' }, 'IDENTITY_TYPE_INVALID'],
    [{ owner: 'x'.repeat(201) }, 'IDENTITY_DEVICE_INVALID'],
    [{ hardwareSerials: Array.from({ length: 17 }, (_, at) => String(at)) }, 'IDENTITY_DEVICE_INVALID'],
  ];
  for (const [change, code] of wrong) assert.throws(() => requireEnrolable(request(change), DECLARED, 1), { code });
  assert.throws(() => requireEnrolable(request({ type: 'reefr' }), DECLARED, 1), { hint: /: reefer, plc, valve$/ });
  assert.throws(() => requireEnrolable(request({}), { ...DECLARED, maxDevices: () => 5 }, 6), {
    code: 'IDENTITY_DEVICES_LIMIT',
  });
  requireEnrolable(request({}), { ...DECLARED, maxDevices: () => 5 }, 5);
});

test('declaredTypes() names types of devices, so many, and none of the platform’s own', () => {
  const types = Array.from({ length: 22 }, (_, at) => `t${at}`);
  assert.match(declaredTypes({ ...DECLARED, deviceTypes: () => ['_probe', ...types] }), /: t0, .*t19 and 2 more$/);
  assert.doesNotMatch(declaredTypes({ ...DECLARED, deviceTypes: () => [] }), /:/);
});
