import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertRule } from './alert-rule.ts';
import { muteUpTo, ruleFor, ruleOf, timesBeyond } from './alert-rule.ts';
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
});

test('ruleFor() lets a window for several devices count once two people have opened one', () => {
  const fleet: AlertRule = { ...MUTE, kind: 'window', device: null, stream: null, field: null, mostTimes: null };
  const alert = findingOf({ device: 'pump-1', stream: 'pump' });
  const opened = (...people: readonly string[]) => people.map((by, i) => ({ ...fleet, version: i + 1, by }));
  assert.equal(ruleFor(alert, opened('person:a')), null);
  assert.equal(ruleFor(alert, opened('person:a', 'person:a')), null);
  assert.equal(ruleFor(alert, opened('person:a', 'person:b'))?.version, 2);
  // Software that acts for somebody is nobody else.
  assert.equal(ruleFor(alert, opened('person:a', 'agent:helper@person:a')), null);
  // One for another time says nothing of this one.
  assert.equal(ruleFor(alert, [...opened('person:a'), { ...fleet, by: 'person:b', from: 5_000, until: 6_000 }]), null);
});

test('ruleFor() lets nobody silence a class of devices alone', () => {
  const marked = (devices: readonly string[], people: readonly string[]) =>
    devices.map((device, i) => ({ ...MUTE, version: i + 1, device, by: people[i % people.length]! }));
  const other = findingOf({ device: 'truck-9' });
  assert.equal(ruleFor(other, marked(['a', 'b', 'c', 'd', 'e'], ['person:a'])), null);
  assert.equal(ruleFor(other, marked(['a', 'b'], ['person:a', 'person:b'])), null);
  assert.equal(ruleFor(other, marked(['a', 'b', 'c'], ['person:a', 'person:b']))?.version, 3);
  assert.equal(ruleFor({ ...other, detectors: scored(90) }, marked(['a', 'b', 'c'], ['person:a', 'person:b'])), null);
  const alone = ['person:a', 'agent:one@person:a', 'agent:two@person:a'];
  assert.equal(ruleFor(other, marked(['a', 'b', 'c'], alone)), null);
});

test('ruleFor() lets marks on other devices silence nothing like what was confirmed of this one', () => {
  const marks = ['a', 'b', 'c'].map((device, i) => ({ ...MUTE, version: i + 1, device, by: `person:${i % 2}` }));
  const alert = findingOf({ device: 'truck-9' });
  const confirmed = (score: number, device = 'truck-9') => [findingOf({ device, detectors: scored(score) })];
  assert.ok(ruleFor(alert, marks, confirmed(24)));
  assert.ok(ruleFor(alert, marks, confirmed(12, 'truck-8')));
  for (const score of [9, 12, 14.5]) assert.equal(ruleFor(alert, marks, confirmed(score)), null, String(score));
});

test('ruleFor() takes what was said of one sign of tampering for no other, and for no reading', () => {
  const sign = (kind: string, rule = kind) =>
    findingOf({ causes: [], violates: { kind, rule }, detectors: scored(40) });
  const mute = { ...MUTE, field: null, mostTimes: 6.25, rule: ruleOf(sign('case-open'))! };
  const table: [string, ReturnType<typeof findingOf>, boolean][] = [
    ['the same again', sign('case-open', 'its case was opened at night'), true],
    ['another sign', sign('replay'), false],
    ['readings', findingOf(), false],
    ['a rule of physics', sign('physics', 'a = b'), false],
  ];
  for (const [name, finding, wanted] of table) {
    assert.equal(ruleFor(finding, [mute]) !== null, wanted, name);
  }
  // Of rules of physics each is its own, and what was said before they were told apart says nothing.
  const physics = { ...mute, rule: ruleOf(sign('physics', 'a = b'))! };
  assert.ok(ruleFor(sign('physics', 'a = b'), [physics]) !== null);
  assert.equal(ruleFor(sign('physics', 'a = c'), [physics]), null);
  for (const finding of [sign('case-open'), findingOf()]) {
    assert.equal(ruleFor(finding, [{ ...MUTE, field: null, mostTimes: 6.25 }]), null);
  }
  // What many said of single devices says nothing of the fleet.
  const many = ['a', 'b', 'c'].map((device, i) => ({ ...MUTE, device, by: `person:${i}` }));
  const fleet = findingOf({ device: '*', violates: { kind: 'fleet-silence', rule: 'not at once' } });
  assert.deepEqual([ruleFor(fleet, many), ruleFor(findingOf({ device: 'd' }), many) !== null], [null, true]);
});

test('ruleFor() takes no wild value of a field for a baseline of it that was led away', () => {
  const moved = findingOf({ detectors: [{ name: 'baseline-moved', score: 7, limit: 6, readings: 1 }] });
  assert.ok(ruleFor(findingOf(), [MUTE]) !== null);
  assert.equal(ruleFor(moved, [MUTE]), null);
  assert.ok(ruleFor(moved, [{ ...MUTE, rule: ruleOf(moved)! }]) !== null);
});

test('muteUpTo() stays short of what was confirmed', () => {
  const alert = findingOf({ detectors: scored(16) });
  assert.equal(muteUpTo(alert, []), 2.5);
  assert.equal(muteUpTo(alert, [findingOf({ detectors: scored(17.6) })]), 2.1);
  assert.equal(muteUpTo(alert, [findingOf({ detectors: scored(12) })]), null);
  assert.equal(muteUpTo(alert, [findingOf({ device: 'truck-4', detectors: scored(12) })]), 2.5);
  assert.equal(timesBeyond(alert), 2);
});
