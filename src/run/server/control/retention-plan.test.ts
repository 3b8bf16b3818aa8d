import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { Hold, Segment } from '#flow/store/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { goingUnder, retentionPlan } from './retention-plan.ts';

const DAY = 86_400_000_000;
const template = makeTemplate(
  'devices: {d: {}}\nstreams: {brief: {from: d, keep: {min: 1d, max: 32d}, fields: {t: {type: number}}}, long: {from: d, fields: {t: {type: number}}}}',
);

const segment = (id: string, stream: string, first: number, last: number): Segment =>
  ({ id, stream, rows: 5, minTime: first, maxTime: last, received: { first, last } }) as unknown as Segment;

test('retentionPlan() says what goes of each stream, when, and what is held', () => {
  const segments = [
    segment('b', 'brief', 60 * DAY, 70 * DAY),
    segment('a', 'brief', 50 * DAY, 60 * DAY),
    segment('c', 'brief', 90 * DAY, 95 * DAY),
    segment('d', 'long', DAY, DAY),
    segment('e', 'former', DAY, DAY),
  ];
  const hold = { stream: 'brief', from: null, to: 55 * DAY, released: null } as Hold;
  const plan = retentionPlan(template, segments, [hold], micros(100 * DAY));
  const brief = plan.find(({ stream }) => stream === 'brief');
  assert.deepEqual(
    [brief?.min, brief?.max, brief?.segments, brief?.rows, brief?.due, brief?.held],
    [86_400_000, 32 * 86_400_000, 3, 15, 2, 1],
  );
  assert.deepEqual(brief?.next, [
    { segment: 'a', rows: 5, begins: 82 * DAY, ends: 92 * DAY, held: true },
    { segment: 'b', rows: 5, begins: 92 * DAY, ends: 102 * DAY, held: false },
    { segment: 'c', rows: 5, begins: 122 * DAY, ends: 127 * DAY, held: false },
  ]);
  for (const stream of ['long', 'former']) {
    const kept = plan.find((one) => one.stream === stream);
    assert.deepEqual([kept?.max, kept?.rows, kept?.due, kept?.next], [null, 5, 0, []], stream);
  }
});

test('goingUnder() is what only the other template lets go, past what is held', () => {
  const keeping = (max: string) =>
    makeTemplate(`devices: {d: {}}\nstreams: {s: {from: d, keep: {max: ${max}}, fields: {t: {type: number}}}}`);
  const segments = [
    segment('due', 's', 10 * DAY, 11 * DAY),
    segment('goes', 's', 50 * DAY, 90 * DAY),
    segment('held', 's', 61 * DAY, 62 * DAY),
    segment('stays', 's', 95 * DAY, 96 * DAY),
    segment('other', 'x', DAY, DAY),
  ];
  const hold = { stream: 's', from: 61 * DAY, to: 62 * DAY, released: null } as Hold;
  const going = (next: string, holds: readonly Hold[]) =>
    goingUnder(keeping(next), keeping('64d'), segments, holds, micros(100 * DAY));
  assert.deepEqual(going('32d', []), [{ stream: 's', segments: 2, rows: 10 }]);
  // The hold covers both, for one of them has readings on both sides.
  assert.deepEqual(going('32d', [hold]), []);
  assert.deepEqual(going('128d', []), []);
});
