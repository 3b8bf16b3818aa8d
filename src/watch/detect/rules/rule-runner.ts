import type { EventGroup, RuleHit } from './rule-finding.ts';
import type { LogEvent } from './log-event.ts';

/** Looks for what one rule waits for. Events come in the order of the log. */
export interface RuleRunner {
  /** Actions that it looks at: others need not be given. */
  readonly actions: ReadonlySet<string>;
  /** @returns what was found, or changed in what was found before */
  take(event: LogEvent, group: EventGroup): readonly RuleHit[];
  /** It is this late, in epoch microseconds, and all events up to then were given. */
  tick(now: number): readonly RuleHit[];
  /** What goes on, as far as it is. */
  pending(): readonly RuleHit[];
  readonly groups: number;
  /** Groups that were given up because there were too many. */
  readonly forgotten: number;
}
