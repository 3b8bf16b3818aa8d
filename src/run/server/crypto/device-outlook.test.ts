import assert from 'node:assert/strict';
import { test } from 'node:test';
import { days, micros } from '#base/core/index.ts';
import type { DeviceRecord } from '#trust/identity/index.ts';
import { deviceOutlook } from './device-outlook.ts';

/** What the outlook asks of a record. */
function device(name: string, type: string, over: Partial<DeviceRecord> = {}): DeviceRecord {
  const profile = { algorithm: 'ECDSA P-256', endsIn: 2035, uncompensated: [] };
  return {
    name,
    type,
    status: 'enabled',
    created: micros(Date.UTC(2026, 0, 1) * 1_000),
    profile,
    ...over,
  } as unknown as DeviceRecord;
}

const YEARS: Readonly<Record<string, number>> = { short: 3, long: 6, longest: 12 };
const lifetimeOf = (type: string) => (type in YEARS ? days((YEARS[type] ?? 0) * 365.25) : null);

test('deviceOutlook() counts who outlives 2030 and 2035, and names them, the stranded first', () => {
  const stuck = { profile: { algorithm: 'ECDSA P-256', endsIn: 2031, uncompensated: ['update'] } } as never;
  const outlook = deviceOutlook(
    [
      device('a', 'short'),
      device('b', 'long'),
      device('c', 'longest'),
      device('d', 'long', stuck),
      device('e', 'unknown'),
      device('f', 'longest', { status: 'revoked' }),
      device('_probe', 'longest'),
    ],
    lifetimeOf,
  );
  const { devices, ...counts } = outlook;
  assert.deepEqual(counts, { total: 5, withoutLifetime: 1, outlive2030: 3, outlive2035: 1, stranded: 1 });
  assert.deepEqual(
    devices.map(({ name, inUseUntil, outlives, endsIn }) => [name, inUseUntil, outlives, endsIn]),
    [
      ['d', 2032, 2030, 2031],
      ['c', 2038, 2035, 2035],
      ['b', 2032, 2030, 2035],
    ],
  );
});

test('deviceOutlook() names a bounded number of devices and counts all', () => {
  const many = Array.from({ length: 1_200 }, (_, at) => device(`d${at}`, 'longest'));
  const { devices, outlive2035 } = deviceOutlook(many, lifetimeOf);
  assert.deepEqual([devices.length, outlive2035], [1_000, 1_200]);
});
