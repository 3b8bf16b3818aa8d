import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Drift, FieldChange } from '#watch/drift/index.ts';
import { ALL_DEVICES, driftFinding } from './drift-finding.ts';
import { climatePlan } from './testing.ts';

const CHANGE: FieldChange = {
  onset: 1_700_100_000,
  since: 1_699_800_000,
  psi: 2.5,
  ks: 0.9,
  js: 0.7,
  usual: [-19, -18, -17],
  now: -4.5,
  values: 640,
  evidence: { psi: 12, ks: 14, js: 13, adwin: 0, 'page-hinkley': 9 },
};
const DRIFT: Drift = {
  onset: 1_700_100_000,
  told: 1_700_100_600,
  fields: [{ ...CHANGE, name: 'temperature', field: 0 }],
  scope: { kind: 'fleet', devices: ['a', 'b'], of: 2 },
  template: false,
  evidence: 2,
  apart: 7_776_000,
};
const finding = (more: Partial<Drift> = {}) => driftFinding(climatePlan(), { ...DRIFT, ...more });

test('driftFinding() names the fields, how far they went, whose, and what it may be', () => {
  const { device, causes, sentence, severity, detectors, start, end, open } = finding();
  assert.equal(device, ALL_DEVICES);
  assert.equal(
    sentence,
    'temperature of climate has drifted: temperature is mostly about -4.5 Cel, and was from -19 Cel to -17 Cel ' +
      '(PSI 2.50, KS 0.90, JS 0.70); on 2 of 2 devices; what was before is known for 3 days, so a season longer than that would look the same',
  );
  assert.equal(causes[0]?.field, 'temperature');
  assert.ok((causes[0]?.deviation ?? 0) > 10);
  assert.deepEqual([severity, open, end - start], ['critical', false, 600e6]);
  assert.deepEqual(
    detectors.map(({ name }) => name),
    ['drift', 'drift-ks', 'drift-js', 'drift-psi', 'drift-page-hinkley'],
  );
});

test('driftFinding() is the same finding however it is told again', () => {
  assert.equal(finding().id, finding({ told: 1_700_100_900 }).id);
  assert.notEqual(finding().id, finding({ onset: 1_700_000_000 }).id);
});

test('driftFinding() tells a device, new devices and a template apart', () => {
  const one = finding({ scope: { kind: 'devices', devices: ['truck-5'], of: 8 } });
  assert.match(one.sentence, /only on truck-5, of 8 devices/);
  const fresh = finding({ scope: { kind: 'new-devices', devices: ['x', 'y'], of: 8 } });
  assert.match(fresh.sentence, /since x and y came, which are unlike the others/);
  const template = finding({ template: true });
  assert.match(template.sentence, /declared otherwise in the template/);
  assert.equal(template.severity, 'low');
});

test('driftFinding() shows no values of a field whose class keeps them out of alerts', () => {
  const { causes, sentence } = finding({ fields: [{ ...CHANGE, name: 'pulse', field: 2 }] });
  assert.deepEqual([causes[0]?.field, causes[0]?.value, causes[0]?.usual], ['pulse', null, null]);
  assert.ok(!sentence.includes('-4.5'));
});
