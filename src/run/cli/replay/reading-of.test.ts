import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldValues, mapRecord, parseTime } from './reading-of.ts';

const record = (values: Record<string, unknown>) => ({ values: new Map(Object.entries(values)), line: 3 });
const mapping = { deviceColumn: 'device', device: null, timeColumn: 'ts', fieldsPath: ['metrics'], renames: new Map() };

test('mapRecord() finds device, time and the members below a path', () => {
  const mapped = mapRecord(record({ device: 'gps-01', ts: '2019-03-31T19:36:52Z', metrics: { latitude: 1 } }), mapping);
  assert.deepEqual(mapped, { device: 'gps-01', time: 1_554_061_012, values: new Map([['latitude', 1]]) });
});

test('mapRecord() tells what a record lacks', () => {
  for (const [problem, values] of [
    ['no-device', { ts: 1, metrics: {} }],
    ['no-device', { device: '', ts: 1, metrics: {} }],
    ['no-time', { device: 'a', ts: 'soon', metrics: {} }],
    ['no-fields', { device: 'a', ts: 1, metrics: 4 }],
  ] as const) {
    assert.deepEqual(mapRecord(record(values), mapping), { problem });
  }
});

test('parseTime() reads zoned, blank-separated and zone-less times and epoch seconds', () => {
  for (const text of [
    '2020-03-09T10:14:33Z',
    '2020-03-09 10:14:33',
    '2020-03-09T11:14:33+01:00',
    '1583748873',
    1_583_748_873,
  ]) {
    assert.equal(parseTime(text), 1_583_748_873);
  }
  assert.equal(parseTime('yesterday'), null);
  assert.equal(parseTime(''), null);
});

test('fieldValues() matches names by letters and digits, converts, and leaves out what is empty', () => {
  const values = new Map<string, unknown>([
    ['Volume Flow RateRMS', '32.5'],
    ['open', 'on'],
    ['n', 'x'],
    ['empty', ''],
    ['extra', '1'],
  ]);
  const fields = [
    { name: 'volume_flow_rate_rms', type: 'number' },
    { name: 'open', type: 'boolean' },
    { name: 'n', type: 'integer' },
    { name: 'empty', type: 'number' },
    { name: 'label', type: 'text' },
  ] as const;
  const renames = new Map([['label', 'extra']]);
  assert.deepEqual(fieldValues(values, fields, renames), {
    volume_flow_rate_rms: 32.5,
    open: true,
    n: 'x',
    label: '1',
  });
});
