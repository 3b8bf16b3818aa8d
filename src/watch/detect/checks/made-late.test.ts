import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, nextUniform, seedRandom } from '#learn/features/index.ts';
import { beginLateness, judgeLateness } from './made-late.ts';
import { beginSigns, clockPlace, judgeClock } from './tamper-signs.ts';

const SECOND = 1e6;
const T0 = 1_700_000_000 * SECOND;

/** Readings as they come: seconds of their times, and of their receipt. */
type Came = readonly (readonly [told: number, received: number])[];

/** Seconds of receipt at which readings were told of as made late. */
function toldOf(came: Came): readonly number[] {
  const [signs, lateness] = [beginSigns(), beginLateness()];
  return came.flatMap(([told, received]) => {
    const [time, at] = [T0 + told * SECOND, T0 + received * SECOND];
    judgeClock(signs, time, at);
    return judgeLateness(lateness, time, at, clockPlace(signs)) === null ? [] : [received];
  });
}

/** One reading a second for so long, with another time where one is given. */
const live = (seconds: number, told: (i: number) => number = (i) => i): Came =>
  Array.from({ length: seconds }, (_, i) => [told(i), i] as const);

const random = seedRandom(7);

test('judgeLateness() tells of readings that are made late, from the end of the first ten minutes on while it lasts', () => {
  const attacks: readonly (readonly [string, (i: number) => number])[] = [
    ['one in five minutes is as far ahead as the stream accepts', (i) => (i % 300 === 0 ? i + 295 : i)],
    ['one in a minute', (i) => (i % 60 === 0 ? i + 60 : i)],
    ['one in three readings', (i) => (i % 30 === 0 ? i + 30 : i)],
    ['by a device whose clock is wrong by itself', (i) => (i % 120 === 0 ? i + 120 : i) - 90],
    ['one is right, and the others are of ten minutes ago', (i) => (i % 300 === 0 ? i : i - 600)],
  ];
  for (const [what, told] of attacks) {
    const found = toldOf(live(2_400, told));
    assert.ok(found.length > 1_200 && found[0]! <= 602, `${what}: ${found.length}, from ${found[0]}`);
  }
  const over = toldOf(live(4_000, (i) => (i < 1_800 && i % 300 === 0 ? i + 295 : i)));
  assert.ok(over.length > 1_000 && over.at(-1)! <= 1_800);
});

test('judgeLateness() tells nothing of devices that are honest', () => {
  const jitter = (seconds: number) => () => seconds * nextNormal(random);
  const flush = (from: number, count: number, pace: number, at: number): Came =>
    Array.from({ length: count }, (_, i) => [from + i, at + i / pace] as const);
  const cases: readonly (readonly [string, Came])[] = [
    ['in order', live(4_000)],
    ['a clock that is five minutes ahead', live(4_000, (i) => i + 295)],
    ['order and clocks of its parts differ by seconds', live(4_000, (i) => i - 2 * (i % 4))],
    ['noise in its times', live(4_000, (i) => i + jitter(2)())],
    ['a reading ahead now and then', live(4_000, (i) => (i % 900 === 0 ? i + 200 : i))],
    ['its clock is put right by five minutes', live(4_000, (i) => (i < 1_500 ? i + 295 : i))],
    ['one reading, then the day before at two a second', [...live(900), [900, 900], ...flush(-86_400, 5_000, 2, 900)]],
    ['the day before beside what is live', live(4_000).flatMap(([told, at]) => [[told, at], [told * 3 - 90_000, at + 0.1], [told * 3 - 89_999, at + 0.2], [told * 3 - 89_998, at + 0.3]] as const)],
    ['an hour of it at once', [...live(900), ...flush(-3_600, 3_600, 1_000, 900), ...live(2_000).map(([told, at]) => [told + 904, at + 904] as const)]],
    ['newest first', [...live(900), ...flush(-3_600, 3_600, 4, 900).map(([told, at]) => [-3_600 - told, at] as const)]],
    ['an import of years in no order', Array.from({ length: 5_000 }, (_, i) => [-1e7 * nextUniform(random), i / 4] as const)],
  ]; // prettier-ignore
  for (const [what, came] of cases) assert.deepEqual(toldOf(came), [], what);
});

test('judgeLateness() waits for readings of a device that sends few', () => {
  const few = (count: number) =>
    toldOf(Array.from({ length: count }, (_, i) => [i * 60 + (i % 5 === 0 ? 299 : 0), i * 60] as const));
  assert.deepEqual(few(19), []);
  assert.ok(few(60).length > 20);
});
