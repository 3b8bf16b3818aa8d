import assert from 'node:assert/strict';
import type { DetectorKind } from '../detector.ts';
import { rowsOf } from '../rows.ts';

/** For tests only: eight rows of two fields, the last of them an outlier. */
const ROWS = Float64Array.of(1, 10, 2, 9, 3, 8.5, 4, 7, 5, 6.5, 6, 5, 7, 3, 30, 1);

/** Learns eight rows, the last of them an outlier, and finds the scores that a reference gives them. */
export function assertScores(kind: DetectorKind, expected: readonly number[]): void {
  const rows = rowsOf(ROWS, 2);
  const detector = kind.create(2);
  detector.learn(rows);
  const scores = new Float64Array(8);
  detector.score(rows, scores);
  for (const [i, score] of expected.entries()) assert.ok(Math.abs(scores[i]! - score) < 1e-9, `${scores[i]}`);
}
