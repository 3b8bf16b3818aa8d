import type { Json, Millis } from '#base/core/index.ts';
import type { ProbePlatform } from './probe-platform.ts';

/** What a probe found. `not-applicable` says that the promise has nothing to hold in this deployment, and why. */
export interface ProbeResult {
  readonly outcome: 'pass' | 'fail' | 'not-applicable';
  /** What was tried and what was seen: enough for a stranger to judge. No secrets, no readings of users. */
  readonly evidence: Readonly<Record<string, Json>>;
}

/**
 * A promise of the platform with the means to try it: one file under `probes/` each.
 *
 * A probe that cannot fail is a defect: the test beside it breaks the promise and sees the outcome turn to `fail`.
 */
export interface Control {
  /** Stable for ever, such as `mtls-refuses-strangers`. */
  readonly id: string;
  /** The row of the checklist that it belongs to, 1 to 98. */
  readonly row: number;
  /** Whether this control shows the whole row or a part of it. */
  readonly covers: 'whole' | 'part';
  /** The promise as one sentence that is true or false. */
  readonly statement: string;
  /** Requirements that the promise helps to meet, as `catalogue:id`, such as `gdpr:32` or `etsi-en-303645:5.5-1`. */
  readonly requirements: readonly string[];
  /** True for one that looks at what the others left: it runs behind them, whatever its row. */
  readonly last?: boolean;
  /** A probe that has not come to an end by then has failed; two minutes where nothing is said. */
  readonly timeLimit?: Millis;
  /** Tries the running system. Throwing counts as `fail`, with the error as evidence. */
  readonly probe: (platform: ProbePlatform, signal: AbortSignal) => Promise<ProbeResult>;
}

/** One line of what `weir prove` answers. */
export interface ControlOutcome extends ProbeResult {
  readonly id: string;
  readonly row: number;
  readonly covers: 'whole' | 'part';
  readonly statement: string;
  readonly requirements: readonly string[];
  /** When the probe ended, RFC 3339. */
  readonly at: string;
}

/** The result where every expectation holds; otherwise a failure that shows which did not. */
export function judge(
  expectations: Readonly<Record<string, boolean>>,
  evidence: Readonly<Record<string, Json>>,
): ProbeResult {
  const broken = Object.entries(expectations)
    .filter(([, holds]) => !holds)
    .map(([name]) => name);
  return broken.length === 0 ? { outcome: 'pass', evidence } : { outcome: 'fail', evidence: { ...evidence, broken } };
}
