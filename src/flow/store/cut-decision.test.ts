import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CUT_LIMITS, decideCut } from './cut-decision.ts';
import type { DueCut } from './cut-decision.ts';

const waiting = (
  stream: string,
  rows: number,
  oldestMs: number,
): { stream: string; rows: number; bytes: number; oldestMs: number } => ({
  stream,
  rows,
  bytes: rows * 64,
  oldestMs,
});

describe('decideCut()', () => {
  const cases: readonly [string, Parameters<typeof decideCut>[0], number, DueCut | null][] = [
    ['nothing where nothing waits', [], 1e9, null],
    ['nothing that is young and small', [waiting('a', 100, 0)], 59_999, null],
    ['what waited a minute', [waiting('a', 100, 0)], 60_000, { stream: 'a', reason: 'idle' }],
    ['a busy stream after five seconds', [waiting('a', 16_384, 0)], 5_000, { stream: 'a', reason: 'busy' }],
    ['no busy stream before', [waiting('a', 16_384, 0)], 4_999, null],
    ['a full segment at once', [waiting('a', 5, 0), waiting('b', 262_144, 9)], 10, { stream: 'b', reason: 'rows' }],
    [
      'the largest of many where the tail is too large',
      Array.from({ length: 10 }, (_, i) => waiting(`s${i}`, 110_000 + i, 0)),
      1,
      { stream: 's9', reason: 'pressure' },
    ],
    ['the oldest first', [waiting('a', 10, 5), waiting('b', 10, 2)], 70_000, { stream: 'b', reason: 'idle' }],
  ];
  for (const [name, streams, now, due] of cases) {
    it(`cuts ${name}`, () => assert.deepEqual(decideCut(streams, CUT_LIMITS, now), due));
  }
});
