import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenKey } from '#base/crypto/index.ts';
import { devicePlaces } from './device-places.ts';
import { isDevicePlace, withoutOriginals } from './subject-places.ts';

const key = TokenKey.fromBytes(new Uint8Array(32).fill(1), 1);

test('devicePlaces() are the streams that the platform writes of devices, by the names of a person’s', () => {
  assert.deepEqual(devicePlaces('ada', [], key), []);
  const places = devicePlaces('ada', ['watch-1', 'watch-2'], key);
  assert.deepEqual(
    places.map(({ relation, column, values }) => [relation, column, values]),
    [
      ['_events', 'device', ['watch-1', 'watch-2']],
      ['_connections', 'device', ['watch-1', 'watch-2']],
    ],
  );
  assert.ok(!JSON.stringify(places).includes('ada'));
  assert.deepEqual(places[0]?.digests, [key.text('ada')]);
});

test('withoutOriginals() keeps names of devices and no others', () => {
  const [place] = devicePlaces('ada', ['watch-1'], key);
  const named = { ...place!, relation: 'trips', column: 'rider', values: ['ada'] };
  const left = withoutOriginals([place!, named]);
  assert.deepEqual(left.map(({ values }) => values), [['watch-1'], []]); // prettier-ignore
  assert.deepEqual([place!, named].map(isDevicePlace), [true, false]);
});
