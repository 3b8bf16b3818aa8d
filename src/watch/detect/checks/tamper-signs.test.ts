import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginSigns, judgeClock, judgeSign } from './tamper-signs.ts';

const T0 = 1_700_000_000 * 1e6;

test('judgeSign() tells of an open case, another sensor, and another board', () => {
  const state = beginSigns();
  assert.equal(judgeSign(state, 'case-open', 0, T0), null);
  assert.equal(judgeSign(state, 'case-open', 1, T0)?.kind, 'case-open');
  assert.equal(judgeSign(state, 'case-open', NaN, T0), null);
  assert.equal(judgeSign(state, 'sensor-id', 41, T0), null);
  assert.equal(judgeSign(state, 'sensor-id', 41, T0), null);
  assert.equal(judgeSign(state, 'sensor-id', 42, T0)?.kind, 'sensor-swap');
  assert.equal(judgeSign(state, 'sensor-id', 42, T0), null);
  assert.equal(judgeSign(state, 'boot-count', 900, T0), null);
  assert.match(judgeSign(state, 'boot-count', 3, T0)?.what ?? '', /another board/);
});

test('judgeSign() tells of a device that starts again and again, not of one that starts now and then', () => {
  const often = beginSigns();
  const seldom = beginSigns();
  const minute = 60 * 1e6;
  const told = (state: Float64Array, apart: number) =>
    Array.from({ length: 12 }, (_, i) => judgeSign(state, 'boot-count', 7 + i, T0 + i * apart)?.kind ?? null);
  assert.deepEqual(told(seldom, 60 * minute), Array(12).fill(null));
  assert.deepEqual(
    told(often, minute).flatMap((kind, i) => (kind === null ? [] : [[kind, i]])),
    [
      ['boot-loop', 5],
      ['boot-loop', 10],
    ],
  );
  // Readings may be missing between two starts.
  const gaps = beginSigns();
  judgeSign(gaps, 'boot-count', 10, T0);
  assert.equal(judgeSign(gaps, 'boot-count', 16, T0 + minute)?.kind, 'boot-loop');
});

/** Signs of readings at one a second, whose clock is off by what is given, and that are received when is given. */
function clockSigns(offAt: (i: number) => number, receivedAt = (i: number) => T0 + i * 1e6) {
  const state = beginSigns();
  return Array.from({ length: 300 }, (_, i) => judgeClock(state, T0 + i * 1e6 + offAt(i), receivedAt(i))).flatMap(
    (sign, i) => (sign === null ? [] : [[i, sign.what] as const]),
  );
}

test('judgeClock() tells once of a clock that was set, either way', () => {
  assert.deepEqual(
    clockSigns(() => 0),
    [],
  );
  const ahead = clockSigns((i) => (i < 200 ? 0 : 120e6));
  assert.deepEqual(ahead, [[204, 'its clock was set 120 s ahead']]);
  assert.match(clockSigns((i) => (i < 200 ? 0 : -3_600e6))[0]?.[1] ?? '', /3600 s back/);
  // A clock that drifts is followed.
  assert.deepEqual(
    clockSigns((i) => i * 1e5),
    [],
  );
});

test('judgeClock() takes readings that waited on the device for no jump', () => {
  // For two minutes nothing comes through, then all of it at once.
  const flushed = (i: number): number => T0 + (i >= 100 && i < 220 ? 220 : i) * 1e6 + (i >= 100 && i < 220 ? i : 0);
  assert.deepEqual(
    clockSigns(() => 0, flushed),
    [],
  );
});

test('judgeSign() takes lost connections for starts, but for those that a device always loses', () => {
  const told = (state: Float64Array, from: number, lost: readonly number[]): readonly number[] =>
    lost.flatMap((count, i) => {
      const sign = judgeSign(state, 'lost-connections', count, T0 + (from + i) * 300e6);
      return sign === null ? [] : [from + i];
    });
  const state = beginSigns();
  assert.deepEqual(told(state, 0, [0, 1, 0, 0, 2, 0, 0, 1]), []);
  assert.deepEqual(told(state, 8, [0, 3, 2]), [10]);
  // In a bad network it is told a few times, until that is known of it; what is far more than that is told again.
  const bad = beginSigns();
  const rows = Array.from({ length: 400 }, (_, i) => 2 + (i % 2));
  assert.ok(told(bad, 0, rows).length < 20);
  assert.deepEqual(told(bad, 400, rows.slice(0, 100)), []);
  assert.deepEqual(told(bad, 500, [40]), [500]);
});
