import { millis, minutes, seconds } from '#base/core/index.ts';
import type { Millis } from '#base/core/index.ts';
import { CUT_LIMITS } from './cut-decision.ts';
import type { CutLimits } from './cut-decision.ts';
import type { IntakeLimits } from './journal-intake.ts';
import { COMPACTION_LIMITS } from './plan-compaction.ts';
import type { CompactionLimits } from './plan-compaction.ts';

/** The bounds that the store works within. */
export interface StoreLimits extends IntakeLimits {
  readonly cut: CutLimits;
  /** Rows waiting from which on sealing has no time to rest. */
  readonly pressRows: number;
  readonly compaction: CompactionLimits;
  /** How often blocks are made of what came, where statements ask for it. */
  readonly blocks: Millis;
  /** How long published readings stay in the tail for queries that began before. */
  readonly linger: Millis;
  /** How many bytes of them do, and how long they do in any case. */
  readonly lingerBytes: number;
  readonly lingerLeast: Millis;
  /** How long replaced objects stay for queries that began before. */
  readonly grace: Millis;
  /** How often is looked for readings that are kept no longer. */
  readonly expiry: Millis;
  /** How often is looked for what is to be carried to another place. */
  readonly carry: Millis;
  /** How often is looked for work when nothing comes. */
  readonly tick: Millis;
  /** How long to wait after a failed sealing. */
  readonly retry: Millis;
  /** How long a start waits at most for what is durable to be in the tail. */
  readonly catchUp: Millis;
}

/** What holds unless told otherwise. */
export const STORE_LIMITS: StoreLimits = {
  cut: CUT_LIMITS,
  pressRows: 3 * CUT_LIMITS.rows,
  compaction: COMPACTION_LIMITS,
  pauseRows: 2_097_152,
  pauseBytes: 384 * 1_048_576,
  blocks: millis(100),
  linger: seconds(15),
  lingerBytes: 128 * 1_048_576,
  lingerLeast: seconds(2),
  grace: minutes(10),
  expiry: seconds(5),
  carry: seconds(5),
  tick: millis(200),
  retry: seconds(2),
  catchUp: seconds(2),
};
