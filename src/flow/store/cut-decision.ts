import { millis, seconds } from '#base/core/index.ts';
import type { Millis } from '#base/core/index.ts';
import type { TailSummary } from './tail.ts';

/** When what waits of a stream becomes a segment. */
export interface CutLimits {
  /** Rows of a full segment. */
  readonly rows: number;
  /** From this many rows on a stream counts as busy. */
  readonly busyRows: number;
  /** How long readings of a busy stream wait at most. */
  readonly busyAge: Millis;
  /** How long readings wait at most. */
  readonly idleAge: Millis;
  /** Rows of all streams together at which the largest is cut, whatever its age. */
  readonly tailRows: number;
}

export const CUT_LIMITS: CutLimits = {
  rows: 262_144,
  busyRows: 16_384,
  busyAge: seconds(5),
  idleAge: seconds(60),
  tailRows: 1_048_576,
};

/** A stream whose waiting readings are due, and why. */
export interface DueCut {
  readonly stream: string;
  readonly reason: 'rows' | 'busy' | 'idle' | 'pressure';
}

/**
 * Decides which stream to cut next: full ones first, then when the tail is too large the largest, then those whose
 * readings waited too long, the oldest first.
 *
 * @param nowMs monotonic milliseconds
 * @returns null where nothing is due
 */
export function decideCut(waiting: readonly TailSummary[], limits: CutLimits, nowMs: number): DueCut | null {
  const largest = waiting.reduce<TailSummary | null>((most, one) => (one.rows > (most?.rows ?? 0) ? one : most), null);
  if (largest === null) return null;
  if (largest.rows >= limits.rows) return { stream: largest.stream, reason: 'rows' };
  const rows = waiting.reduce((sum, one) => sum + one.rows, 0);
  if (rows >= limits.tailRows) return { stream: largest.stream, reason: 'pressure' };
  for (const one of waiting.toSorted((a, b) => a.oldestMs - b.oldestMs)) {
    const age = millis(nowMs - one.oldestMs);
    if (one.rows >= limits.busyRows && age >= limits.busyAge) return { stream: one.stream, reason: 'busy' };
    if (age >= limits.idleAge) return { stream: one.stream, reason: 'idle' };
  }
  return null;
}
