import type { Rule, RulePattern } from '#declare/template/index.ts';
import { compileMatch, isMeant } from './compile-match.ts';
import type { EventTrail } from './event-trail.ts';
import { beginTrail, follow } from './event-trail.ts';
import { GroupTable } from './group-table.ts';
import type { EventGroup, RuleHit } from './rule-finding.ts';
import type { RuleRunner } from './rule-runner.ts';

interface Awaited {
  readonly group: EventGroup;
  readonly trail: EventTrail;
  /** The event after which another is awaited. */
  readonly first: number;
  readonly start: number;
  /** Whether it was told that none came. */
  told: boolean;
}

/**
 * No event of a group within a time after another, or after the last of its own kind. It is told once the time is over,
 * and goes on until such an event comes.
 */
export function absenceRule(rule: Rule, pattern: Extract<RulePattern, { kind: 'absence' }>): RuleRunner {
  const absent = compileMatch(pattern.absent);
  const after = pattern.after === null ? absent : compileMatch(pattern.after);
  const within = rule.within * 1_000;
  const table = new GroupTable<Awaited>();
  /** When the next group is due: until then nothing need be looked through. */
  let due = Infinity;

  const hitOf = ({ group, trail, first, start }: Awaited, end: number, open: boolean): RuleHit => ({
    group,
    trail,
    first,
    start,
    end,
    open,
    score: 1,
    limit: 1,
  });

  return {
    actions: new Set([...absent.actions, ...after.actions]),
    take(event, group) {
      const hits: RuleHit[] = [];
      const awaited = table.get(group.key);
      if (isMeant(absent, event) && awaited !== undefined) {
        if (awaited.told) hits.push(hitOf(awaited, event.time, false));
        table.drop(group.key);
      }
      if (isMeant(after, event) && table.get(group.key) === undefined) {
        const trail = beginTrail();
        follow(trail, event);
        table.keep(group.key, { group, trail, first: event.index, start: event.time, told: false });
        due = Math.min(due, event.time + within);
      }
      return hits;
    },
    tick(now) {
      if (now <= due) return [];
      due = Infinity;
      const hits: RuleHit[] = [];
      for (const [, awaited] of table.entries()) {
        if (awaited.told) continue;
        // In the order of their beginnings: those behind are younger.
        if (now - awaited.start <= within) {
          due = awaited.start + within;
          break;
        }
        awaited.told = true;
        hits.push(hitOf(awaited, awaited.start + within, true));
      }
      return hits;
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
