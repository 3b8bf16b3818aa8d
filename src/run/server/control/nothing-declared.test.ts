import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOTHING_DECLARED } from './nothing-declared.ts';

test('while no template is in force there is nobody and nothing', () => {
  assert.deepEqual(
    [NOTHING_DECLARED.hasRole('operator'), NOTHING_DECLARED.hasDeviceType('truck'), NOTHING_DECLARED.maxDevices()],
    [false, false, 0],
  );
});
