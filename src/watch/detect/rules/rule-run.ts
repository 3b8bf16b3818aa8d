import { canonicalJson, PROBE_DEVICE } from '#base/core/index.ts';
import type { Rule } from '#declare/template/index.ts';
import type { Finding } from '../live/finding.ts';
import { absenceRule } from './absence-rule.ts';
import { countRule } from './count-rule.ts';
import type { LogEvent } from './log-event.ts';
import { ruleFinding } from './rule-finding.ts';
import type { EventGroup, RuleHit } from './rule-finding.ts';
import type { RuleRunner } from './rule-runner.ts';
import { sequenceRule } from './sequence-rule.ts';

/** Groups that one event takes part in at most, where it names several of what a rule groups by. */
const MOST_OF_EVENT = 4;

/**
 * All rules over one log. What is found is a function of the entries and of how far time has come, so that reading
 * them again finds the same under the same names.
 *
 * What the platform does while it tries itself is counted apart and becomes alerts of the prober's own stream, which
 * nobody else is shown.
 */
export class RuleRun {
  readonly #rules: readonly { readonly rule: Rule; readonly runner: RuleRunner }[];
  readonly #byAction = new Map<string, { readonly rule: Rule; readonly runner: RuleRunner }[]>();
  #latest = -Infinity;

  constructor(rules: Iterable<Rule>) {
    this.#rules = [...rules].map((rule) => ({ rule, runner: runnerOf(rule) }));
    for (const one of this.#rules) {
      for (const action of one.runner.actions) {
        const all = this.#byAction.get(action) ?? [];
        all.push(one);
        this.#byAction.set(action, all);
      }
    }
  }

  /** How far back entries matter, in microseconds. */
  get memory(): number {
    return Math.max(0, ...this.#rules.map(({ rule }) => rule.within * 1_000));
  }

  get rules(): number {
    return this.#rules.length;
  }

  /** What is kept of events, and how often that was too much. */
  get groups(): { readonly kept: number; readonly forgotten: number } {
    return {
      kept: this.#rules.reduce((sum, { runner }) => sum + runner.groups, 0),
      forgotten: this.#rules.reduce((sum, { runner }) => sum + runner.forgotten, 0),
    };
  }

  /** Takes the next entry. @returns what was found, or changed in what was found before */
  take(event: LogEvent): readonly Finding[] {
    // A clock that was set back does not turn windows around.
    const time = Math.max(this.#latest, event.time);
    const found = [...this.tick(time)];
    const timely = time === event.time ? event : { ...event, time };
    for (const { rule, runner } of this.#byAction.get(event.action) ?? []) {
      // A rule that waits for alerts does not wait for its own.
      if (event.fields.get('rule')?.includes(rule.name) === true) continue;
      for (const group of groupsOf(rule, timely)) found.push(...say(rule, runner.take(timely, group)));
    }
    return found;
  }

  /** It is this late, and all entries up to then were taken. */
  tick(now: number): readonly Finding[] {
    if (now < this.#latest) return [];
    this.#latest = now;
    return this.#rules.flatMap(({ rule, runner }) => say(rule, runner.tick(now)));
  }

  /** What goes on, as far as it is. */
  pending(): readonly Finding[] {
    return this.#rules.flatMap(({ rule, runner }) => say(rule, runner.pending()));
  }
}

function runnerOf(rule: Rule): RuleRunner {
  const { pattern } = rule;
  switch (pattern.kind) {
    case 'count':
      return countRule(rule, pattern);
    case 'sequence':
      return sequenceRule(rule, pattern);
    case 'absence':
      return absenceRule(rule, pattern);
  }
}

/** The groups that an event belongs to: none where it lacks what the rule groups by. */
function groupsOf({ by }: Rule, { fields, ofProber }: LogEvent): readonly EventGroup[] {
  let all: readonly Readonly<Record<string, string>>[] = [{}];
  for (const field of by) {
    const values = fields.get(field) ?? [];
    all = all.flatMap((about) => values.map((value) => ({ ...about, [field]: value }))).slice(0, MOST_OF_EVENT);
  }
  return all.map((about) => ({ key: `${ofProber ? PROBE_DEVICE : ''} ${canonicalJson(about)}`, about, ofProber }));
}

function say(rule: Rule, hits: readonly RuleHit[]): readonly Finding[] {
  return hits.map((hit) => ruleFinding(rule, hit));
}
