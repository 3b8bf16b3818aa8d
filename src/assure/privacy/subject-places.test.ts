import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenKey } from '#base/crypto/index.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { storedPlaces, subjectPlaces, withoutOriginals } from './subject-places.ts';

const template = makeTemplate(`
devices: {d: {}}
streams:
  climate: {from: d, purposes: [p], subject: driver, fields: {driver: {type: text, class: identifier, tokenise: people}, container: {type: text, class: identifier}}}
  trips: {from: d, purposes: [p], fields: {number: {type: integer, class: personal, tokenise: people}, who: {type: text, class: personal, tokenise: people}, badge: {type: text, class: personal}}}
  doors: {from: d, purposes: [p], subject: badge, fields: {badge: {type: text, class: personal}, open: {type: boolean}}}
tables:
  staff: {purposes: [p], fields: {driver: {type: text, class: identifier, tokenise: people}, badge: {type: text, class: personal}, team: {type: text}}}
`);
const key = (n: number) => TokenKey.fromBytes(new Uint8Array(32).fill(n), 1);
const named = (places: readonly { relation: string; column: string }[]) =>
  places.map(({ relation, column }) => `${relation}.${column}`);

test('subjectPlaces() takes subjects, what shares their domain, and personal columns of their name', () => {
  const places = named(subjectPlaces([template]));
  assert.deepEqual(places, [
    'climate.driver',
    'trips.number',
    'trips.who',
    'trips.badge',
    'doors.badge',
    'staff.driver',
    'staff.badge',
  ]);
});

test('subjectPlaces() knows what older versions of the template named', () => {
  const older = makeTemplate(
    'devices: {d: {}}\nstreams: {old: {from: d, purposes: [p], subject: rider, fields: {rider: {type: text, class: identifier}}}}',
  );
  assert.deepEqual(named(subjectPlaces([older, template])).slice(0, 1), ['old.rider']);
  assert.equal(subjectPlaces([template, template]).length, 7);
  assert.deepEqual(
    subjectPlaces([
      makeTemplate('devices: {d: {}}\nstreams: {s: {from: d, purposes: [p], fields: {n: {type: number}}}}'),
    ]),
    [],
  );
});

test('storedPlaces() gives tokens under every key, and originals; numbers only where it is one', async () => {
  const places = subjectPlaces([template]);
  const ada = await storedPlaces('ada', places, async () => [key(1), key(2)], key(9));
  assert.deepEqual(named(ada), [
    'climate.driver',
    'trips.who',
    'trips.badge',
    'doors.badge',
    'staff.driver',
    'staff.badge',
  ]);
  assert.deepEqual(ada[0]?.values, [key(1).text('ada'), key(2).text('ada'), 'ada']);
  const seven = await storedPlaces('7', places, async () => [key(1)], key(9));
  assert.deepEqual(seven.find(({ column }) => column === 'number')?.values, [key(1).integer(7), 7]);
});

test('storedPlaces() gathers what a column held under several declarations', async () => {
  const before = makeTemplate(
    'devices: {d: {}}\nstreams: {climate: {from: d, purposes: [p], subject: driver, fields: {driver: {type: text, class: personal}}}}',
  );
  const [place] = await storedPlaces('ada', subjectPlaces([before, template]), async () => [key(1)], key(9));
  assert.deepEqual(place?.values, ['ada', key(1).text('ada')]);
});

test('withoutOriginals() leaves tokens and keyed digests, which say nothing without the keys', async () => {
  const [ada] = withoutOriginals(await storedPlaces('ada', subjectPlaces([template]), async () => [key(1)], key(9)));
  assert.deepEqual([ada?.values, ada?.digests], [[key(1).text('ada')], [key(9).text('ada')]]);
});
