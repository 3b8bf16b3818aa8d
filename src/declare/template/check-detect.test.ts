import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsOf } from '../../../test/support/make-template.ts';

const STREAM = `devices: { pump: {} }
streams:
  flow:
    from: pump
    fields:
      inflow: { type: number }
      outflow: { type: number }
      mode: { type: text, enum: [idle, running] }
      note: { type: text }
      lid: { type: boolean }
calendars:
  shift: { zone: Europe/Berlin, days: [mon], hours: ['06:00-14:00'] }
`;

test('checkDetect() knows the streams to detect on', () => {
  assert.deepEqual(findingsOf(`${STREAM}detect: {flo: {}}`), ['TEMPLATE_REFERENCE_UNKNOWN 15:10 ~flow']);
});

test('checkDetect() takes states, calendars, signs and physics that exist and fit', () => {
  const whole = `detect: { flow: { state: mode, calendars: [shift], signs: { case-open: lid }, physics: ['inflow = outflow within 2 %'] } }\n`;
  assert.deepEqual(findingsOf(STREAM + whole), []);
});

test('checkDetect() refuses what does not exist or does not fit', () => {
  const faults = (detect: string, more = ''): readonly string[] =>
    findingsOf(`${STREAM}${more}detect: { flow: { ${detect} } }\n`).map((found) => found.replace(/ .*/, ''));
  assert.deepEqual(faults('state: speed'), ['TEMPLATE_REFERENCE_UNKNOWN']);
  assert.deepEqual(faults('state: note'), ['TEMPLATE_FIELD_CONFLICT']);
  assert.deepEqual(faults('calendars: [night]'), ['TEMPLATE_REFERENCE_UNKNOWN']);
  assert.deepEqual(faults('signs: { boot-count: lid }'), ['TEMPLATE_FIELD_CONFLICT']);
  assert.deepEqual(faults("physics: ['inflow = leak within 2']"), ['TEMPLATE_REFERENCE_UNKNOWN']);
  assert.deepEqual(faults("physics: ['inflow = mode within 2']"), ['TEMPLATE_FIELD_CONFLICT']);
  assert.deepEqual(faults("physics: ['inflow is what it is']"), ['TEMPLATE_VALUE_INVALID']);
  const away = '  far: { zone: Middle/Earth }\n  never: { cycle: { every: 8h, parts: 2, from: soon } }\n';
  assert.deepEqual(faults('state: mode', away), ['TEMPLATE_VALUE_INVALID', 'TEMPLATE_VALUE_INVALID']);
});
