import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsOf } from '../../../test/support/make-template.ts';
import { DETECTOR_NAMES } from './detector-kinds.ts';

const STREAMS = `devices: { pump: {} }
streams:
  flow: { from: pump, fields: { inflow: { type: number }, outflow: { type: number }, note: { type: text } } }
  level: { from: pump, fields: { level: { type: integer } } }
  door: { from: pump, fields: { open: { type: boolean } } }
`;

function faults(detectors: string, stream = 'flow'): readonly string[] {
  return findingsOf(`${STREAMS}detect: { ${stream}: { detectors: ${detectors} } }\n`).map((found) =>
    found.replace(/ \d+:\d+/, ''),
  );
}

test('checkDetectors() takes every kind and every group', () => {
  assert.deepEqual(faults(`[${DETECTOR_NAMES.join(', ')}]`), []);
  assert.deepEqual(
    faults('[standard, { kind: cusum-chart, settings: { slack: 1 } }, { kind: isolation-forest, window: 8 }]'),
    [],
  );
  assert.deepEqual(faults('[{ kind: seasonal-forecaster, fields: [inflow], settings: { period: 96 } }]'), []);
});

test('checkDetectors() names the nearest kind where there is none of a name', () => {
  assert.deepEqual(faults('[half-space-tree]'), ['TEMPLATE_REFERENCE_UNKNOWN ~half-space-trees']);
  assert.deepEqual(faults('[{ kind: ensembel }]'), ['TEMPLATE_REFERENCE_UNKNOWN ~ensemble']);
});

test('checkDetectors() refuses kinds that cannot judge what the stream has', () => {
  assert.deepEqual(faults('[charts]', 'door').length, 4);
  assert.deepEqual(faults('[principal-components]', 'level'), ['TEMPLATE_FIELD_CONFLICT']);
  assert.deepEqual(faults('[autoencoder-ensemble]', 'level'), ['TEMPLATE_FIELD_CONFLICT']);
  assert.deepEqual(faults('[series-ensemble, half-space-trees]', 'level'), []);
});

test('checkDetectors() refuses what cannot be said of a kind', () => {
  assert.deepEqual(faults('[hbos, hbos]'), ['TEMPLATE_FIELD_CONFLICT']);
  assert.deepEqual(faults('[{ kind: robust-z, fields: [inflow] }]'), ['TEMPLATE_FIELD_CONFLICT']);
  assert.deepEqual(faults('[{ kind: robust-z, window: 2 }]'), ['TEMPLATE_FIELD_CONFLICT']);
  assert.deepEqual(faults('[{ kind: window-neighbours, fields: [note] }]'), ['TEMPLATE_FIELD_CONFLICT']);
  assert.deepEqual(faults('[{ kind: window-neighbours, fields: [inflo] }]'), ['TEMPLATE_REFERENCE_UNKNOWN ~inflow']);
  assert.deepEqual(faults('[{ kind: cusum-chart, settings: { slak: 1 } }]'), ['TEMPLATE_REFERENCE_UNKNOWN ~slack']);
  assert.deepEqual(faults('[{ kind: cusum-chart, settings: { slack: 11 } }]'), ['TEMPLATE_VALUE_INVALID']);
  assert.deepEqual(faults('[{ kind: half-space-trees, settings: { trees: 1.5 } }]'), ['TEMPLATE_VALUE_INVALID']);
});
