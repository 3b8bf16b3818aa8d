import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { devicesOfType } from './devices-of-type.ts';

test('devicesOfType() names the devices of a type, new ones too', async (t) => {
  const { identity } = await openTrust(t);
  const find = devicesOfType(identity.inventory.live);
  assert.deepEqual(find('reefer'), []);
  await identity.inventory.enrol({ name: 'truck-7', type: 'reefer' }, 'test');
  await identity.inventory.enrol({ name: 'plc-1', type: 'plc' }, 'test');
  assert.deepEqual([find('reefer'), find('plc'), find('none')], [['truck-7'], ['plc-1'], []]);
  await identity.inventory.disable('truck-7', 'test');
  assert.deepEqual(find('reefer'), ['truck-7'], 'what it sent is still of a reefer');
});

test('devicesOfType() lists no more than a statement can carry', () => {
  const devices = Array.from({ length: 10_001 }, (_, n) => ({ name: `d${n}`, type: 'd' }));
  const live = { version: 1, snapshot: () => ({ deployment: '', version: 1, devices: devices as never }) };
  assert.equal(devicesOfType(live)('d'), null);
});
