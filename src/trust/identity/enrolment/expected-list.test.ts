import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTrust } from '../../../../test/support/open-trust.ts';
import type { ExpectedDevice } from './expected-list.ts';
import { makeRequest } from './testing.ts';

const DEVICE: ExpectedDevice = {
  manufacturer: 'acme',
  serial: 'SN-1',
  name: 'truck-1',
  type: 'reefer',
  owner: 'fleet',
};

test('a device of the list enrols once with what the list says of it', async (t) => {
  const { identity, audit } = await openTrust(t);
  const { enrolment, inventory } = identity;
  assert.deepEqual(await enrolment.expected.add([DEVICE], 'person:x'), { added: 1, known: 0 });
  assert.deepEqual(await enrolment.expected.add([DEVICE], 'person:x'), { added: 0, known: 1 });
  assert.equal((await enrolment.identifyManufactured('acme', 'SN-2')).outcome, 'unknown');
  assert.equal((await enrolment.identifyManufactured('other', 'SN-1')).outcome, 'unknown');
  const found = await enrolment.identifyManufactured('acme', 'SN-1');
  assert.ok(found.outcome === 'ok');
  await enrolment.complete(found.enrolee, makeRequest());
  const { owner, hardwareSerials } = await inventory.show('truck-1');
  assert.deepEqual([owner, hardwareSerials], ['fleet', ['SN-1']]);
  assert.equal((await enrolment.identifyManufactured('acme', 'SN-1')).outcome, 'used');
  await assert.rejects(enrolment.complete(found.enrolee, makeRequest()));
  assert.equal(inventory.find('truck-1')?.serials.length, 1);
  assert.ok(audit.events.some(({ action }) => action === 'expect-devices'));
});

test('a list is taken whole or not at all, and the row that does not fit is named', async (t) => {
  const { identity } = await openTrust(t);
  const { expected } = identity.enrolment;
  const wrong: [string, Partial<ExpectedDevice>][] = [
    ['no name', { name: 'a b' }],
    ['a type that is not declared', { type: 'boat' }],
    ['a type of the platform', { type: '_probe' }],
    ['a maker that the type does not list', { type: 'plc' }],
    ['a maker that nobody lists', { manufacturer: 'other' }],
    ['no serial', { serial: '' }],
    ['a long description', { model: 'x'.repeat(201) }],
    ['a serial with two names', { serial: 'SN-1', name: 'truck-2' }],
    ['a name with two serials', { serial: 'SN-3' }],
  ];
  for (const [what, change] of wrong) {
    await assert.rejects(
      expected.add([DEVICE, { ...DEVICE, serial: 'SN-2', ...change }], 'person:x'),
      (error: Error & { code: string }) => {
        assert.equal(error.code, 'IDENTITY_EXPECTED_INVALID', what);
        assert.match(error.message, /row 2/, what);
        return true;
      },
    );
  }
  await assert.rejects(expected.add([], 'person:x'), { code: 'IDENTITY_EXPECTED_INVALID' });
  assert.equal((await identity.enrolment.identifyManufactured('acme', 'SN-1')).outcome, 'unknown');
});

test('the list is shown, and devices are taken off it', async (t) => {
  const { identity, audit } = await openTrust(t);
  const { enrolment } = identity;
  const { expected } = enrolment;
  await expected.add(
    [1, 2, 3].map((n) => ({ ...DEVICE, serial: `SN-${n}`, name: `truck-${n}` })),
    'person:x',
  );
  const found = await enrolment.identifyManufactured('acme', 'SN-1');
  assert.ok(found.outcome === 'ok');
  await enrolment.complete(found.enrolee, makeRequest());
  const shown = await expected.list(2);
  assert.deepEqual(
    [shown.total, ...shown.devices.map(({ name, serial, used }) => [name, serial, used !== null])],
    [3, ['truck-1', 'SN-1', true], ['truck-2', 'SN-2', false]],
  );
  await assert.rejects(expected.remove('truck-9', 'person:x'), { code: 'IDENTITY_DEVICE_UNKNOWN' });
  await expected.remove('truck-1', 'person:x');
  assert.equal((await enrolment.identifyManufactured('acme', 'SN-1')).outcome, 'unknown');
  assert.equal(await expected.clear('person:x'), 2);
  assert.deepEqual(await expected.list(10), { total: 0, devices: [] });
  assert.ok(['unexpect-device', 'clear-expected'].every((one) => audit.events.some(({ action }) => action === one)));
});

test('devices of the list are found while the key of their digests is rotated, and the old one can go', async (t) => {
  const { identity, keys } = await openTrust(t);
  const { expected } = identity.enrolment;
  await expected.add([DEVICE, { ...DEVICE, serial: 'SN-2', name: 'truck-2' }], 'person:x');
  const found = await identity.enrolment.identifyManufactured('acme', 'SN-1');
  assert.ok(found.outcome === 'ok');
  const { version, rewrapped } = await keys.lifecycle.rotate('person:x', 'digest', 'device-serial');
  assert.deepEqual([version, rewrapped], [2, 2]);
  await identity.enrolment.complete(found.enrolee, makeRequest());
  assert.equal((await identity.enrolment.identifyManufactured('acme', 'SN-1')).outcome, 'used');
  assert.equal((await identity.enrolment.identifyManufactured('acme', 'SN-2')).outcome, 'ok');
  assert.deepEqual(await expected.add([DEVICE], 'person:x'), { added: 0, known: 1 });
  const versions = (await keys.lifecycle.list()).filter(({ name }) => name === 'device-serial');
  const holds = new Map(versions.map((each) => [each.version, each.holds]));
  assert.deepEqual([holds.get(1), holds.get(2)], [0, 2]);
  await keys.lifecycle.destroy('person:x', 'digest', 'device-serial', 1);
  assert.equal((await identity.enrolment.identifyManufactured('acme', 'SN-2')).outcome, 'ok');
});
