import type { Millis } from '#base/core/index.ts';
import type { EventField } from './event-words.ts';

/** Which events are meant: the action is one of these, and each field has one of its values; `*` at an end is any rest. */
export interface EventMatch {
  readonly event: readonly string[];
  readonly fields: ReadonlyMap<EventField, readonly string[]>;
}

/** What a rule looks for among the events that it groups together. */
export type RulePattern =
  /** So many events, or so many different values of a field of theirs, within the time. */
  | { readonly kind: 'count'; readonly when: EventMatch; readonly count: number; readonly distinct: EventField | null }
  /** Events in this order, from the first to the last within the time. */
  | { readonly kind: 'sequence'; readonly steps: readonly (EventMatch & { readonly count: number })[] }
  /** No such event within the time after another; after the last of its own kind where `after` is null. */
  | { readonly kind: 'absence'; readonly absent: EventMatch; readonly after: EventMatch | null };

/** A rule over the log. */
export interface Rule {
  readonly name: string;
  readonly say: string;
  readonly severity: 'low' | 'medium' | 'high' | 'critical';
  readonly techniques: readonly string[];
  readonly by: readonly EventField[];
  readonly within: Millis;
  readonly pattern: RulePattern;
}
