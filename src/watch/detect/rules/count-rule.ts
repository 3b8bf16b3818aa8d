import type { Rule, RulePattern } from '#declare/template/index.ts';
import { compileMatch, isMeant } from './compile-match.ts';
import type { EventTrail } from './event-trail.ts';
import { beginTrail, follow } from './event-trail.ts';
import { GroupTable } from './group-table.ts';
import type { EventGroup, RuleHit } from './rule-finding.ts';
import type { RuleRunner } from './rule-runner.ts';

interface Counted {
  readonly group: EventGroup;
  /** Events of the window that have not led to anything yet, oldest first: time, place in the log, how many. */
  window: { readonly time: number; readonly index: number; readonly count: number }[];
  /** Different values and when each came last. */
  readonly values: Map<string, number>;
  trail: EventTrail;
  latest: number;
  /** Beginning of what goes on; null while nothing does. */
  open: { readonly first: number; readonly start: number; score: number; told: number } | null;
}

/**
 * So many events of a group within a time, or so many different values of a field of theirs. What was found goes on for
 * as long as such events follow each other within the time, and is told again whenever there are twice as many.
 */
export function countRule(rule: Rule, pattern: Extract<RulePattern, { kind: 'count' }>): RuleRunner {
  const { count: least, distinct } = pattern;
  const when = compileMatch(pattern.when);
  const within = rule.within * 1_000;
  const table = new GroupTable<Counted>();

  const hitOf = ({ group, trail, latest }: Counted, open: NonNullable<Counted['open']>, goesOn: boolean): RuleHit => ({
    group,
    trail,
    first: open.first,
    start: open.start,
    end: latest,
    open: goesOn,
    score: open.score,
    limit: least,
  });

  function scoreOf(state: Counted, now: number): number {
    if (distinct === null) return state.window.reduce((sum, { count }) => sum + count, 0);
    for (const [value, time] of state.values) {
      if (now - time <= within) break;
      state.values.delete(value);
    }
    return state.values.size;
  }

  /** Takes out what is over at a time. */
  function settle(state: Counted, now: number): readonly RuleHit[] {
    if (state.open !== null && now - state.latest > within) {
      const closed = hitOf(state, state.open, false);
      table.drop(state.group.key);
      return [closed];
    }
    if (state.open === null) {
      const kept = state.window.findIndex(({ time }) => now - time <= within);
      if (kept !== 0) state.window = kept === -1 ? [] : state.window.slice(kept);
      if (state.window.length === 0) table.drop(state.group.key);
    }
    return [];
  }

  return {
    actions: when.actions,
    take(event, group) {
      if (!isMeant(when, event)) return [];
      const known = table.get(group.key);
      const hits = known === undefined ? [] : [...settle(known, event.time)];
      const state = table.get(group.key) ?? {
        group,
        window: [],
        values: new Map<string, number>(),
        trail: beginTrail(),
        latest: event.time,
        open: null,
      };
      const lost = table.keep(group.key, state);
      if (lost !== null && lost.open !== null) hits.push(hitOf(lost, lost.open, false));
      state.latest = event.time;
      follow(state.trail, event);
      if (distinct !== null) {
        for (const value of event.fields.get(distinct) ?? []) {
          state.values.delete(value);
          // More than it waits for are as good as that.
          if (state.values.size < least) state.values.set(value, event.time);
        }
      }
      const { open } = state;
      if (open !== null) {
        open.score = distinct === null ? open.score + event.count : Math.max(open.score, scoreOf(state, event.time));
        if (open.score >= 2 * open.told) {
          open.told = open.score;
          hits.push(hitOf(state, open, true));
        }
        return hits;
      }
      state.window.push({ time: event.time, index: event.index, count: event.count });
      const score = scoreOf(state, event.time);
      if (score < least) {
        // Of many events with few different values the oldest tell nothing that later ones do not.
        if (distinct !== null && state.window.length > least) state.window.shift();
        return hits;
      }
      const [oldest] = state.window;
      state.open = { first: oldest!.index, start: oldest!.time, score, told: score };
      state.window = [];
      hits.push(hitOf(state, state.open, true));
      return hits;
    },
    tick(now) {
      const hits: RuleHit[] = [];
      for (const [, state] of table.entries()) {
        // In the order in which they were touched: the others are younger.
        if (now - state.latest <= within) break;
        hits.push(...settle(state, now));
      }
      return hits;
    },
    pending: () =>
      [...table.entries()].flatMap(([, state]) => (state.open === null ? [] : [hitOf(state, state.open, true)])),
    get groups() {
      return table.size;
    },
    get forgotten() {
      return table.forgotten;
    },
  };
}
