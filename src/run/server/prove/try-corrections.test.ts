import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '#base/core/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { judgeRectification } from '../rights/rectification.ts';
import { tryCorrections } from './try-corrections.ts';

const TEMPLATE = makeTemplate(`
devices: { d: {} }
streams:
  trips:
    from: d
    purposes: [p]
    subject: rider
    fields:
      rider: { type: text, class: personal }
      plate: { type: text, class: identifier }
      speed: { type: number, range: [0, 300] }
      late: { type: boolean }
      at: { type: time }
      kind: { type: text, enum: [bus, tram] }
      town: { type: text }
  plain: { from: d, fields: { n: { type: integer } } }
`);

test('tryCorrections() finds corrections judged as readings are', () =>
  assert.deepEqual(tryCorrections(TEMPLATE, systemClock), { tried: 15, wrong: [] }));

test('tryCorrections() names what is taken, or refused, and should not be', () => {
  const taking = { stream: 'trips', values: [], from: null, to: null };
  const all = tryCorrections(TEMPLATE, systemClock, () => taking).wrong;
  assert.equal(all.length, 15 - 5);
  assert.ok(all.includes('trips.rider: taken') && all.includes('trips.no-such-field: taken'));
  const asNumber: typeof judgeRectification = (asked, template) =>
    judgeRectification({ ...asked, set: { speed: 1 } }, template);
  assert.ok(tryCorrections(TEMPLATE, systemClock, asNumber).wrong.includes('trips.plate: taken'));
  const refusing = () => judgeRectification({ stream: 'plain', set: {}, from: null, to: null }, TEMPLATE);
  assert.deepEqual(
    tryCorrections(TEMPLATE, systemClock, refusing).wrong,
    ['speed', 'late', 'at', 'kind', 'town'].map((field) => `trips.${field}: refused`),
  );
  assert.deepEqual(tryCorrections(makeTemplate('streams: {}\n'), systemClock), { tried: 0, wrong: [] });
});
