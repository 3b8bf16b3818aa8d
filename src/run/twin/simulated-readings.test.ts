import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { seededUniform } from './signal.ts';
import { SimulatedReadings } from './simulated-readings.ts';

const stream = makeTemplate(`
devices: { d: {} }
streams: { s: { from: d, fields: { wet: { type: number, range: [0, 100] }, name: { type: text } } } }
`).streams.get('s')!;

test('SimulatedReadings are the same for a seed, with what the device does wrong at its time', () => {
  const stuck = { kind: 'stuck', from: 3, seconds: 2, every: 100 } as const;
  const read = () => {
    const readings = new SimulatedReadings('d-1', [stream], seededUniform(7), stuck);
    return Array.from({ length: 7 }, (_, since) => readings.next(stream, 1_000 + since, since)!);
  };
  const [first, again] = [read(), read()];
  assert.deepEqual(first, again);
  const wet = first.map((fields) => fields['wet']);
  assert.deepEqual([wet[3], wet[4]], [wet[2], wet[2]]);
  assert.notEqual(wet[5], wet[4]);
  assert.equal(first[0]?.['name'], 'name-d-1');
});

test('SimulatedReadings has none of a device that is silent', () => {
  const silent = { kind: 'silent', from: 1, seconds: 1, every: 100 } as const;
  const readings = new SimulatedReadings('d-1', [stream], seededUniform(7), silent);
  assert.deepEqual([0, 1, 2].map((since) => readings.next(stream, since, since) === null), [false, true, false]); // prettier-ignore
});
