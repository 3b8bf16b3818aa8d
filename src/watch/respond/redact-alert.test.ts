import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertOf } from './merge-finding.ts';
import { redactAlert } from './redact-alert.ts';
import type { Concerned } from './redact-alert.ts';
import { findingOf, ruleFindingOf } from './testing.ts';

const NOBODY: Concerned = { devices: new Set(), values: [], spans: [] };
const alert = alertOf(
  findingOf({
    evidence: [
      { time: 990, values: { temperature: -17, patient: 7 } },
      { time: 1_000, values: { temperature: 20, patient: 8 } },
    ],
  }),
  0,
);

test('redactAlert() leaves what is about others, and takes a device of the person whole', () => {
  assert.equal(redactAlert(alert, NOBODY), alert);
  assert.equal(redactAlert(alert, { ...NOBODY, devices: new Set(['truck-4']) }), alert);
  assert.equal(redactAlert(alert, { ...NOBODY, devices: new Set(['truck-3']) }), null);
  const ofRule = alertOf(ruleFindingOf({ about: { device: 'truck-3' } }), 0);
  assert.equal(redactAlert(ofRule, { ...NOBODY, devices: new Set(['truck-3']) }), null);
  assert.equal(redactAlert(ofRule, { ...NOBODY, devices: new Set(['truck-9']) }), ofRule);
});

test('redactAlert() takes single readings, and what was said of the one that it rests on', () => {
  const of = (patient: number): Concerned => ({
    ...NOBODY,
    values: [{ stream: 'climate', field: 'patient', values: new Set([patient]) }],
  });
  const before = redactAlert(alert, of(7));
  assert.deepEqual([before?.evidence.length, before?.sentence], [1, alert.sentence]);
  const last = redactAlert(alert, of(8));
  assert.deepEqual(
    [last?.evidence.length, last?.causes[0]?.value, last?.causes[0]?.usual, last?.sentence],
    [1, null, null, 'what it rested on was erased'],
  );
  assert.equal(redactAlert(alert, of(9)), alert);
  const ofFlow = { ...alert, violates: { kind: 'mud', rule: 'flows to ada.example' } };
  assert.equal(redactAlert(ofFlow, of(7))?.violates?.rule, 'flows to ada.example');
  assert.deepEqual(redactAlert(ofFlow, of(8))?.violates, { kind: 'mud', rule: 'what it rested on was erased' });
});

test('redactAlert() finds readings by device and time', () => {
  const span = (device: string, from: number, to: number): Concerned => ({
    ...NOBODY,
    spans: [{ stream: 'climate', device, from, to }],
  });
  assert.equal(redactAlert(alert, span('truck-3', 995, 1_000))?.evidence.length, 1);
  // The usual reading that it is held against is one as well.
  assert.equal(redactAlert(alert, span('truck-3', 900, 900))?.nearest, null);
  assert.equal(redactAlert(alert, span('truck-4', 0, 2_000)), alert);
});

test('redactAlert() takes a device of theirs out of those that an alert of many names', () => {
  const alert = alertOf(findingOf({ device: '*', devices: ['truck-3', 'truck-4'], evidence: [], nearest: null }), 5);
  const concerned = { devices: new Set(['truck-4']), values: [], spans: [] };
  assert.deepEqual(redactAlert(alert, concerned), { ...alert, devices: ['truck-3'] });
  assert.equal(redactAlert({ ...alert, devices: ['truck-3'] }, concerned)?.devices?.length, 1);
});
