import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hours, seconds } from '#base/core/index.ts';
import { copyOf, openLogged } from '../revocation/testing.ts';
import { makeRequest } from './testing.ts';

const BY = 'person:p1';
const row = (n: number) => ({ manufacturer: 'acme', serial: `SN-${n}`, name: `truck-${n}`, type: 'reefer' });

test('in an older catalogue tokens and serials that were used are spent, and who was taken off the list is off it', async (t) => {
  const world = await openLogged(t);
  const { enrolment } = world.identity;
  const { token } = await enrolment.issueToken('van-1', 'reefer', hours(1), BY);
  const other = await enrolment.issueToken('van-2', 'reefer', hours(1), BY);
  await enrolment.expected.add([row(1), row(2), row(3)], BY);
  const before = await copyOf(world);
  world.clock.advance(seconds(1));
  for (const found of [await enrolment.identifyToken(token), await enrolment.identifyManufactured('acme', 'SN-1')]) {
    assert.ok(found.outcome === 'ok');
    await enrolment.complete(found.enrolee, makeRequest());
  }
  await enrolment.expected.remove('truck-2', BY);
  await before();
  const now = await world.restart();
  const outcomes = async () => [
    (await now.enrolment.identifyToken(token)).outcome,
    (await now.enrolment.identifyToken(other.token)).outcome,
    ...(await Promise.all([1, 2, 3].map((n) => now.enrolment.identifyManufactured('acme', `SN-${n}`)))).map(
      ({ outcome }) => outcome,
    ),
  ];
  assert.deepEqual(await outcomes(), ['used', 'ok', 'used', 'unknown', 'ok']);

  const later = await copyOf(world);
  world.clock.advance(seconds(1));
  assert.equal(await now.enrolment.expected.clear(BY), 1);
  await now.enrolment.expected.add([row(4)], BY);
  await later();
  const again = await world.restart();
  assert.equal((await again.enrolment.identifyManufactured('acme', 'SN-3')).outcome, 'unknown');
});

test('a serial that was used after the key of its digest was rotated is spent in a catalogue from before', async (t) => {
  const world = await openLogged(t);
  const { enrolment } = world.identity;
  await enrolment.expected.add([row(1), row(2)], BY);
  const before = await copyOf(world);
  world.clock.advance(seconds(1));
  await world.keys.lifecycle.rotate(BY, 'digest', 'device-serial');
  const found = await enrolment.identifyManufactured('acme', 'SN-1');
  assert.ok(found.outcome === 'ok');
  await enrolment.complete(found.enrolee, makeRequest());
  await before();
  const now = await world.restart();
  const outcomes = [1, 2].map(async (n) => (await now.enrolment.identifyManufactured('acme', `SN-${n}`)).outcome);
  assert.deepEqual(await Promise.all(outcomes), ['used', 'ok']);
});
