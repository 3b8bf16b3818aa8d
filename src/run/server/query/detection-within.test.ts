import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { detectionWithin } from './detection-within.ts';

const { streams, detect } = makeTemplate(`
devices: { pump: {} }
streams:
  flow:
    from: pump
    fields:
      inflow: { type: number, range: [0, 10] }
      outflow: { type: number }
      mode: { type: text, enum: [idle, pumping] }
      open: { type: boolean }
detect:
  flow:
    budget: 1 false alarm per device per day
    state: mode
    signs: { case-open: open }
    physics: [inflow = outflow within 2 %, inflow changes by at most 3/min]
    detectors: [robust-z, { kind: window-neighbours, fields: [outflow] }, { kind: series-ensemble, fields: [inflow] }]
`);

test('detectionWithin() tells all that is detected to who sees all, and what of it is of columns that one sees', () => {
  const [stream, declared] = [streams.get('flow')!, detect.get('flow')!];
  const all = new Set(['inflow', 'outflow', 'mode', 'open']);
  assert.deepEqual(structuredClone(detectionWithin(stream, declared, all)), {
    type: null,
    declared: structuredClone(declared),
    ranges: { inflow: [0, 10] },
  });
  const some = detectionWithin(stream, declared, new Set(['inflow']));
  assert.deepEqual(
    [some.declared?.physics?.map(({ text }) => text), some.declared?.detectors?.map(({ kind }) => kind)],
    [['inflow changes by at most 3/min'], ['robust-z', 'series-ensemble']],
  );
  assert.ok(!/outflow|mode|open/.test(JSON.stringify(some)), JSON.stringify(some));
  assert.deepEqual(detectionWithin(stream, undefined, new Set(['outflow'])), {
    type: null,
    declared: null,
    ranges: {},
  });
});
