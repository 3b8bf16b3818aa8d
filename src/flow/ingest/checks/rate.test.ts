import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeviceTable } from '#trust/identity/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { compileStream } from '../stream-rules.ts';
import { checkRate } from './rate.ts';

test('checkRate() takes the burst at once and the rate from then on, each device for itself', () => {
  const template = makeTemplate(
    'devices: {d: {}}\nstreams: {s: {from: d, rate: {sustained: 2/s, burst: 3}, fields: {n: {type: number}}}}',
  );
  const rules = compileStream(template.streams.get('s')!, template.limits);
  const table = DeviceTable.create({ devices: 2, streams: 1, records: 2, window: 1, stepped: 1 }, new Uint8Array(8));
  const [one, two] = [table.record(0, 0), table.record(1, 0)];
  const results = [0, 0, 0, 0, 0.5, 0.5].map((seconds) => checkRate(table, one, rules, seconds * 1e6));
  assert.deepEqual(results, [0, 0, 0, 21, 0, 21]);
  assert.equal(checkRate(table, two, rules, 0), 0);
});
