import type { Rule, RulePattern } from '#declare/template/index.ts';
import { compileMatch, isMeant } from './compile-match.ts';
import { beginTrail, follow } from './event-trail.ts';
import { GroupTable } from './group-table.ts';
import type { LogEvent } from './log-event.ts';
import type { EventGroup } from './rule-finding.ts';
import type { RuleRunner } from './rule-runner.ts';

interface Followed {
  readonly group: EventGroup;
  /**
   * For each event of the sequence, the latest beginning of a row of events that comes as far as this one: from it, all
   * that follows has the most time.
   */
  readonly beginnings: ({ readonly time: number; readonly index: number } | null)[];
  /** Events that may be part of it, the latest ones. */
  readonly recent: LogEvent[];
  latest: number;
}

/** Events of a group that are kept to be shown. */
const RECENT = 16;

/**
 * Events of a group in an order, whatever comes between them, from the first to the last within a time. Each event
 * counts for one step; an entry that stands for several, for as many.
 */
export function sequenceRule(rule: Rule, { steps }: Extract<RulePattern, { kind: 'sequence' }>): RuleRunner {
  const row = steps.flatMap((step) => Array.from({ length: step.count }, () => compileMatch(step)));
  const actions = new Set(row.flatMap((step) => [...step.actions]));
  const within = rule.within * 1_000;
  const table = new GroupTable<Followed>();

  function advance(beginnings: Followed['beginnings'], event: LogEvent): boolean {
    let moved = false;
    const meant = row.map((step) => isMeant(step, event));
    if (!meant.includes(true)) return false;
    for (let times = Math.min(event.count, row.length); times > 0; times--) {
      // From the last to the first: an event that is one step is not the next one as well.
      for (let at = row.length - 1; at >= 0; at--) {
        if (meant[at] !== true) continue;
        const before = at === 0 ? { time: event.time, index: event.index } : (beginnings[at - 1] ?? null);
        if (before === null || event.time - before.time > within) continue;
        beginnings[at] = before;
        moved = true;
      }
    }
    return moved;
  }

  return {
    actions,
    take(event, group) {
      const known = table.get(group.key);
      const state = known ?? { group, beginnings: row.map(() => null), recent: [], latest: event.time };
      if (!advance(state.beginnings, event)) return [];
      table.keep(group.key, state);
      state.latest = event.time;
      state.recent.push(event);
      if (state.recent.length > RECENT) state.recent.shift();
      const begun = state.beginnings.at(-1) ?? null;
      if (begun === null) return [];
      table.drop(group.key);
      const trail = beginTrail();
      for (const one of state.recent) if (one.time >= begun.time) follow(trail, one);
      const { time: start, index: first } = begun;
      return [{ group, trail, first, start, end: event.time, open: false, score: row.length, limit: row.length }];
    },
    tick(now) {
      for (const [key, { latest }] of table.entries()) {
        if (now - latest <= within) break;
        table.drop(key);
      }
      return [];
    },
    pending: () => [],
    get groups() {
      return table.size;
    },
    get forgotten() {
      return table.forgotten;
    },
  };
}
