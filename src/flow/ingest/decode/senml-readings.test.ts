import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonOf } from '../reasons.ts';
import { readingsOf } from './senml-readings.ts';
import type { SenmlRecord } from './senml-resolve.ts';

const NOW = 1_767_225_600_000_000;

function record(base: string, name: string, value: SenmlRecord['value'], more: Partial<SenmlRecord> = {}): SenmlRecord {
  return { base, name, value, time: 0, unit: null, sum: null, ...more };
}

function readings(...records: SenmlRecord[]): unknown[] {
  return readingsOf(records, NOW).map(({ device, members, reason }) => [device, Object.fromEntries(members), reason]);
}

test('readingsOf() gathers records of one base name and time', () => {
  assert.deepEqual(
    readings(
      record('d1:', 'a', 1, { time: 1.7e9 }),
      record('d2:', 'a', 2, { time: 1.7e9 }),
      record('d1:', 'b', 'x', { time: 1.7e9 }),
      record('d1:', 'a', 3, { time: 1.7e9 + 0.5 }),
    ),
    [
      ['d1', { time: 1.7e9, a: 1, b: 'x' }, 0],
      ['d2', { time: 1.7e9, a: 2 }, 0],
      ['d1', { time: 1.7e9 + 0.5, a: 3 }, 0],
    ],
  );
});

test('readingsOf() counts small times from now, and takes none for not given', () => {
  assert.deepEqual(readings(record('d:', 'a', 1, { time: -2.5 }), record('d:', 'a', 2)), [
    ['d', { time: NOW / 1e6 - 2.5, a: 1 }, 0],
    ['d', { a: 2 }, 0],
  ]);
});

test('readingsOf() finds the device in the base name, in the name, or takes the sender', () => {
  const device = (base: string, name: string): unknown => (readings(record(base, name, 1))[0] as unknown[]).slice(0, 2);
  assert.deepEqual(device('urn:dev:ow:10e2073a01080063:', 'voltage'), ['urn:dev:ow:10e2073a01080063', { voltage: 1 }]);
  assert.deepEqual(device('', 'urn:dev:ow:10e2073a01080063:voltage'), ['urn:dev:ow:10e2073a01080063', { voltage: 1 }]);
  assert.deepEqual(device('hub/t1/', 'temp'), ['hub/t1', { temp: 1 }]);
  assert.deepEqual(device('d:temp', ''), ['d', { temp: 1 }]);
  assert.deepEqual(device('', 'temp'), [null, { temp: 1 }]);
  assert.deepEqual(device('urn:weir:4f1c:device:truck-7:', 'temp'), ['truck-7', { temp: 1 }]);
});

test('readingsOf() tells a name that stands twice, and sets sums apart', () => {
  assert.deepEqual(readings(record('', 'a', 1, { sum: 9 })), [[null, { a: 1, 'a:sum': 9 }, 0]]);
  const [twice] = readingsOf([record('', 'a', 1), record('', 'a', 2)], NOW);
  assert.equal(reasonOf(twice!.reason)?.word, 'duplicate-key');
  const [time] = readingsOf([record('', 'a', 1, { time: 5 }), record('', 'time', 2, { time: 5 })], NOW);
  assert.equal(reasonOf(time!.reason)?.word, 'duplicate-key');
});
