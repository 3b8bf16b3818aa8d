import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowOf } from './row-of.ts';

const ATTRIBUTES = new Map([
  ['level', 'number'],
  ['seq', 'integer'],
  ['door', 'boolean'],
  ['site', 'text'],
  ['time', 'time'],
  ['device_type', 'device_type'],
] as const);

test('rowOf() gives a row as policies know it', () => {
  const written = {
    level: -1.23456,
    seq: 7,
    door: false,
    site: 'x',
    time: '2026-01-02T03:04:05.6789Z',
    device_type: 'd',
  };
  assert.deepEqual(rowOf(written, ATTRIBUTES), {
    row: {
      level: { __extn: { fn: 'decimal', arg: '-1.2346' } },
      seq: 7,
      door: false,
      site: 'x',
      time: { __extn: { fn: 'datetime', arg: '2026-01-02T03:04:05.678Z' } },
      device_type: { __entity: { type: 'DeviceType', id: 'd' } },
    },
  });
  // Without a value it is not there.
  assert.deepEqual(rowOf({ site: null }, ATTRIBUTES), { row: {} });
});

test('rowOf() says why something is no row', () => {
  const wrong = [null, 'x', [], { nope: 1 }, { level: 'x' }, { seq: 1.5 }, { door: 1 }, { site: 2 }, { time: 'noon' }, { device_type: 1 }]; // prettier-ignore
  for (const written of wrong) assert.ok('why' in rowOf(written, ATTRIBUTES), JSON.stringify(written));
});
