import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { alertOf, mergeFinding, overlaps } from './merge-finding.ts';
import type { Alert } from './alert.ts';
import { findingOf } from './testing.ts';

const first = findingOf();
const later = findingOf({
  end: 2_000,
  severity: 'high',
  sentence: 'clearer',
  detectors: [
    { name: 'robust-z', score: 40, limit: 8, readings: 7 },
    { name: 'jump-check', score: 9, limit: 7, readings: 1 },
  ],
});
const over = { ...later, open: false };

test('mergeFinding() comes to the same in whatever order and however often findings are told', () => {
  const wanted = [later.detectors, 2_000, false, 'high', 'clearer'];
  fc.assert(
    fc.property(fc.shuffledSubarray([first, later, over, first, later, over], { minLength: 4 }), (told) => {
      fc.pre(told.includes(over));
      const alert = told.slice(1).reduce<Alert>((known, one) => mergeFinding(known, one, 9), alertOf(told[0]!, 5));
      assert.deepEqual([alert.detectors, alert.end, alert.open, alert.severity, alert.sentence], wanted);
    }),
    { seed: 1 },
  );
});

test('mergeFinding() gives the alert itself where nothing is new, and keeps what people said', () => {
  const alert = { ...alertOf(later, 5), state: 'confirmed' as const };
  assert.equal(mergeFinding(alert, first, 9), alert);
  assert.equal(mergeFinding(alert, later, 9), alert);
  const grown = mergeFinding(alert, { ...over, end: 3_000 }, 9);
  assert.deepEqual([grown.state, grown.end, grown.raised, grown.changed], ['confirmed', 3_000, 5, 9]);
});

test('overlaps() holds from the first to the last moment', () => {
  const alert = { start: 10, end: 20 };
  const table: [number, number, boolean][] = [
    [0, 9, false],
    [0, 10, true],
    [12, 15, true],
    [20, 30, true],
    [21, 30, false],
  ];
  for (const [start, end, wanted] of table) assert.equal(overlaps(alert, { start, end }), wanted, `${start} ${end}`);
});

test('mergeFinding() has the devices of both, and is changed where there are more', () => {
  const alert = alertOf(findingOf({ device: '*', devices: ['a', 'b'] }), 5);
  assert.equal(mergeFinding(alert, findingOf({ device: '*', devices: ['b'] }), 9), alert);
  assert.deepEqual(mergeFinding(alert, findingOf({ device: '*', devices: ['c', 'a'] }), 9).devices, ['a', 'b', 'c']);
});
