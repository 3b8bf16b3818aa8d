import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { DecisionPoint } from './decision-point.ts';
import { dictionariesOf } from './dictionaries.ts';

test('dictionariesOf() finds who can bring in originals and see their tokens', () => {
  const template = makeTemplate(`
devices: {d: {}}
streams:
  s: {from: d, purposes: [q], fields: {serial: {type: text, class: identifier}, x: {type: number}}}
  t: {from: d, fields: {x: {type: number}}}
people:
  enrols: {query: [s, t], purposes: [q], sees: [identifier], may: [enrol]}
  replays: {query: [s], purposes: [q], sees: [identifier], may: [replay]}
  both: {query: [s, t], purposes: [q], may: [enrol, replay]}
  blind: {query: [s], may: [enrol, replay]}
  nulled: {query: [s], purposes: [q], sees: [identifier], masks: {s.serial: "null"}, may: [enrol]}
  reader: {query: [s], purposes: [q], sees: [identifier]}
`);
  assert.deepEqual(dictionariesOf(template, new DecisionPoint()), [
    { stream: 's', columns: ['serial'], role: 'enrols', by: ['enrol'] },
    { stream: 's', columns: ['serial'], role: 'replays', by: ['replay'] },
    { stream: 's', columns: ['serial'], role: 'both', by: ['enrol', 'replay'] },
  ]);
});
