import type { Micros, Millis } from '#base/core/index.ts';

/** What was last reported of a device's state: whether its software and settings are as they should be. */
export type PostureReport = {
  readonly state: 'good' | 'bad';
  /** Epoch microseconds. */
  readonly at: number;
  /** In the words of whoever reported it. */
  readonly detail: string | null;
};

/** What is known of it now: a report counts while it is fresh. */
export interface Posture {
  readonly state: 'good' | 'bad' | 'stale' | 'unknown';
  readonly at: Micros | null;
  readonly detail: string | null;
}

/**
 * The posture of a device at a moment, as decisions may ask for it.
 *
 * @param fresh how long a good report counts, null for ever; a bad one counts until another comes
 */
export function postureAt(report: PostureReport | null, fresh: Millis | null, now: Micros): Posture {
  if (report === null) return { state: 'unknown', at: null, detail: null };
  const { state, at, detail } = report;
  const isStale = state === 'good' && fresh !== null && now - at > fresh * 1_000;
  return { state: isStale ? 'stale' : state, at: at as Micros, detail };
}
