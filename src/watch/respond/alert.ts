import type { Finding } from '#watch/detect/index.ts';

/** What became of an alert. */
export const ALERT_STATES = ['new', 'confirmed', 'false-alarm', 'expected'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** What somebody said of an alert. */
export type Answer = {
  readonly verdict: Exclude<AlertState, 'new'>;
  readonly by: string;
  /** Epoch microseconds. */
  readonly at: number;
  readonly reason: string | null;
  /** Until when it is expected; null where that is not the verdict. */
  readonly until: number | null;
};

/** A finding as people meet it: kept, and answered. */
export type Alert = Finding & {
  readonly state: AlertState;
  /** When it was raised, and when something of it changed last; epoch microseconds. */
  readonly raised: number;
  readonly changed: number;
  /** Oldest first. */
  readonly answers: readonly Answer[];
};
