import { millis } from '#base/core/index.ts';
import type { EventField } from './event-words.ts';
import { asList } from './partial.ts';
import { parseDuration } from './quantities.ts';
import type { EventMatch, Rule, RulePattern } from './rule.ts';
import type { MatchSource, RuleSource } from './schema-rules.ts';

/** Rules that passed all checks, with their defaults. */
export function buildRules(source: Readonly<Record<string, RuleSource>>): ReadonlyMap<string, Rule> {
  return new Map(Object.entries(source).map(([name, rule]) => [name, buildRule(name, rule)]));
}

function buildRule(name: string, rule: RuleSource): Rule {
  return {
    name,
    say: rule.say,
    severity: rule.severity ?? 'medium',
    techniques: rule.techniques ?? [],
    by: rule.by === undefined ? [] : asList(rule.by),
    within: parseDuration(rule.within) ?? millis(0),
    pattern: patternOf(rule),
  };
}

function patternOf({ when, count, distinct, steps, absent, after }: RuleSource): RulePattern {
  if (steps !== undefined) {
    return {
      kind: 'sequence',
      steps: steps.map(({ count: times, ...match }) => ({ ...matchOf(match), count: times ?? 1 })),
    };
  }
  if (absent !== undefined) {
    return { kind: 'absence', absent: matchOf(absent), after: after === undefined ? null : matchOf(after) };
  }
  // One of the three is there: it was checked.
  return { kind: 'count', when: matchOf(when!), count: count ?? 1, distinct: distinct ?? null };
}

function matchOf({ event, ...fields }: MatchSource): EventMatch {
  return {
    event: asList(event),
    fields: new Map(
      Object.entries(fields).flatMap(([field, values]) =>
        values === undefined ? [] : [[field as EventField, asList(values as string | readonly string[])]],
      ),
    ),
  };
}
