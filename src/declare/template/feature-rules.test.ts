import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsOf, makeTemplate } from '../../../test/support/make-template.ts';

const text = (features: string): string =>
  `devices: {pump: {}}\nstreams:\n  s: {from: pump, fields: {flow: {type: number}, rpm: {type: integer}, mode: {type: text}, at: {type: time}, key: {type: text, class: secret}}, features: {${features}}}`;
const findings = (features: string): readonly string[] =>
  findingsOf(text(features)).map((line) => line.replace(/ \d+:\d+/, ''));

test('checkFeatureRules() refuses what cannot be computed, and names the nearest field', () => {
  const table: [string, string][] = [
    ['a: {kind: rate, of: flwo}', 'TEMPLATE_REFERENCE_UNKNOWN ~flow'],
    ['a: {kind: rate, of: toString}', 'TEMPLATE_REFERENCE_UNKNOWN'],
    ['a: {kind: rate, of: mode}', 'TEMPLATE_FIELD_CONFLICT'],
    ['a: {kind: order, of: flow}', 'TEMPLATE_FIELD_CONFLICT'],
    ['a: {kind: order, of: key}', 'TEMPLATE_FIELD_CONFLICT'],
    ['a: {kind: rate}', 'TEMPLATE_FIELD_CONFLICT'],
    ['a: {kind: gap, of: flow}', 'TEMPLATE_FIELD_CONFLICT'],
    ['a: {kind: residual, of: flow}', 'TEMPLATE_FIELD_CONFLICT'],
    ['a: {kind: residual, of: flow, from: [flow]}', 'TEMPLATE_FIELD_CONFLICT'],
    ['a: {kind: residual, of: flow, from: [rmp]}', 'TEMPLATE_REFERENCE_UNKNOWN ~rpm'],
    ['a: {kind: arrivals}', 'TEMPLATE_FIELD_CONFLICT'],
    ['a: {kind: periodicity, at: flow}', 'TEMPLATE_REFERENCE_UNKNOWN'],
    ['a: {kind: rate, of: flow, at: at}', 'TEMPLATE_FIELD_CONFLICT'],
    ['a: {kind: rate, of: flow, rows: 3}', 'TEMPLATE_FIELD_CONFLICT'],
    ['flow: {kind: gap}', 'TEMPLATE_FIELD_CONFLICT'],
    ['a: {kind: rtae, of: flow}', 'TEMPLATE_WORD_UNKNOWN ~rate'],
    ['a: {kind: median, of: flow, rows: 9000}', 'TEMPLATE_VALUE_INVALID'],
  ];
  for (const [body, expected] of table) {
    assert.ok(findings(body).includes(expected), `${body}: ${findings(body).join()}`);
  }
});

test('buildFeatures() fills in what is not said, lengths of time in seconds', () => {
  const template = makeTemplate(
    text('week: {kind: slot, period: 7d, slots: 7, offset: 4d}, odd: {kind: timing, of: mode, at: at}'),
  );
  const features = template.streams.get('s')?.features;
  assert.deepEqual(features?.get('week'), {
    name: 'week',
    kind: 'slot',
    of: null,
    from: [],
    at: null,
    settings: { period: 604_800, slots: 7, offset: 345_600 },
  });
  assert.deepEqual(features?.get('odd')?.settings, { period: 86_400, slots: 24, memory: 30 });
  assert.equal(makeTemplate(text('')).streams.get('s')?.features?.size, 0);
});
