import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertRule } from './alert-rule.ts';
import { muteUpTo, ruleFor, timesBeyond } from './alert-rule.ts';
import { findingOf } from './testing.ts';

const MUTE: AlertRule = {
  version: 1,
  kind: 'muted',
  device: 'truck-3',
  stream: 'climate',
  field: 'temperature',
  mostTimes: 2,
  from: 0,
  until: null,
  by: 'person:a',
  reason: null,
  at: 1,
  alert: 'x',
  reverted: null,
};
const scored = (score: number) => [{ name: 'robust-z', score, limit: 8, readings: 1 }];

test('ruleFor() mutes what is like the false alarm on that device, and nothing else', () => {
  const cause = findingOf().causes[0]!;
  const table: [string, Parameters<typeof findingOf>[0], boolean][] = [
    ['the same again', {}, true],
    ['far graver', { detectors: scored(17) }, false],
    ['another device', { device: 'truck-4' }, false],
    ['another stream', { stream: 'door' }, false],
    ['another cause', { causes: [{ ...cause, field: 'humidity' }] }, false],
  ];
  for (const [name, parts, wanted] of table) assert.equal(ruleFor(findingOf(parts), [MUTE]) !== null, wanted, name);
  assert.equal(ruleFor(findingOf(), [{ ...MUTE, reverted: { by: 'person:b', at: 2 } }]), null);
});

test('ruleFor() lets a window silence what begins and ends in it', () => {
  const window: AlertRule = { ...MUTE, kind: 'window', field: null, mostTimes: null, from: 500, until: 1_500 };
  const table: [number, number, boolean][] = [
    [499, 600, false],
    [500, 1_500, true],
    [1_400, 1_501, false],
    [1_600, 1_600, false],
  ];
  for (const [start, end, wanted] of table) {
    assert.equal(ruleFor(findingOf({ start, end }), [window]) !== null, wanted, `${start} to ${end}`);
  }
  const fleet = { ...window, device: null, stream: null };
  assert.ok(ruleFor(findingOf({ device: 'pump-1', stream: 'pump' }), [fleet]));
});

test('ruleFor() lets nobody silence a class of devices alone', () => {
  const marked = (devices: readonly string[], people: readonly string[]) =>
    devices.map((device, i) => ({ ...MUTE, version: i + 1, device, by: people[i % people.length]! }));
  const other = findingOf({ device: 'truck-9' });
  assert.equal(ruleFor(other, marked(['a', 'b', 'c', 'd', 'e'], ['person:a'])), null);
  assert.equal(ruleFor(other, marked(['a', 'b'], ['person:a', 'person:b'])), null);
  assert.equal(ruleFor(other, marked(['a', 'b', 'c'], ['person:a', 'person:b']))?.version, 3);
  assert.equal(ruleFor({ ...other, detectors: scored(90) }, marked(['a', 'b', 'c'], ['person:a', 'person:b'])), null);
});

test('muteUpTo() stays short of what was confirmed', () => {
  const alert = findingOf({ detectors: scored(16) });
  assert.equal(muteUpTo(alert, []), 2.5);
  assert.equal(muteUpTo(alert, [findingOf({ detectors: scored(17.6) })]), 2.1);
  assert.equal(muteUpTo(alert, [findingOf({ detectors: scored(12) })]), null);
  assert.equal(muteUpTo(alert, [findingOf({ device: 'truck-4', detectors: scored(12) })]), 2.5);
  assert.equal(timesBeyond(alert), 2);
});
