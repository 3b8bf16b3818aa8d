import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { processingRecord } from './processing-record.ts';
import type { StoredElement } from './processing-record.ts';

const template = makeTemplate(`
region: eu
objects: {cold: {location: /mnt/cold, region: eu}}
devices: {d: {}}
streams:
  climate:
    from: d
    purposes: [quality]
    basis: contract
    subject: driver
    keep: {min: 1d, max: 30d}
    archive: {after: 36h, to: cold}
    fields: {driver: {type: text, class: identifier}, t: {type: number, unit: Cel, coarsen: 0.5}, key: {type: text, class: secret}}
tables: {staff: {purposes: [pay], fields: {name: {type: text, class: personal}}}}
views: {daily: {from: climate, sql: select 1}, weekly: {from: daily, sql: select 1}}
people:
  analyst: {query: [weekly], purposes: [quality], sees: [operational]}
  clerk: {query: [staff], purposes: [pay], sees: [personal]}
  other: {query: all, purposes: [quality]}
`);
const element = (stream: string, column: string): StoredElement => ({ stream, column, class: 'operational' });
const record = (stored: readonly StoredElement[] = []) =>
  processingRecord(template, stored, [{ id: 'c', row: 1, statement: 's' }], micros(0), {
    places: [{ place: 'backup:vault', region: 'us' }],
    transfers: [{ from: 'eu', to: 'us', mechanism: 'adequacy', document: 'dpf', until: '2027-01-01T00:00:00Z' }],
  });

test('processingRecord() says what is kept of whom, for what, how long and for whom', () => {
  const { activities, region, measures } = record();
  assert.deepEqual([region, measures.length, activities.map(({ name }) => name)], ['eu', 1, ['climate', 'staff']]);
  const [climate, staff] = activities;
  assert.deepEqual(
    [climate?.basis, climate?.subject, climate?.keep],
    ['contract', 'driver', { leastDays: 1, mostDays: 30 }],
  );
  assert.deepEqual(
    climate?.elements.map(({ name, protection }) => `${name}: ${protection.join(', ')}`),
    [
      'driver: sealed at rest, replaced by tokens of climate on entry',
      't: sealed at rest, rounded to 0.5 Cel',
      'key: refused, never stored',
    ],
  );
  assert.deepEqual(
    climate?.recipients.map(({ role }) => role),
    ['analyst', 'other'],
    'through views of views',
  );
  assert.deepEqual(
    staff?.recipients.map(({ role }) => role),
    ['clerk'],
    'no role without the purpose',
  );
});

test('processingRecord() says where things stand, what has to stay where, and what may go elsewhere', () => {
  const { places, transfers, activities } = record();
  assert.deepEqual(places, [
    { place: 'main', region: 'eu' },
    { place: 'cold', region: 'eu' },
    { place: 'backup:vault', region: 'us' },
  ]);
  assert.deepEqual(
    transfers.map(({ from, to, mechanism }) => [from, to, mechanism]),
    [['eu', 'us', 'adequacy']],
  );
  assert.deepEqual(
    activities.map(({ region, archive }) => [region, archive]),
    [
      ['eu', { place: 'cold', region: 'eu', afterDays: 1.5 }],
      ['eu', null],
    ],
  );
});

test('processingRecord() names what is stored and not declared, once, and no system column', () => {
  const stored = [element('climate', 't'), element('climate', 'old'), element('climate', 'old'), element('gone', 'x'), element('gone', 'device')]; // prettier-ignore
  assert.deepEqual(
    record(stored).undocumented.map(({ stream, column }) => `${stream}.${column}`),
    ['climate.old', 'gone.x'],
  );
  assert.deepEqual(record([element('climate', 'driver')]).undocumented, []);
});
