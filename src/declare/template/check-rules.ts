import type { CheckContext } from './check-context.ts';
import { EVENTS } from './event-words.ts';
import type { DeepPartial } from './partial.ts';
import { asList } from './partial.ts';
import { parseDuration } from './quantities.ts';
import { RULE_BOUNDS } from './schema-rules.ts';
import type { RuleSource } from './schema-rules.ts';

/** What a sentence may have filled in besides what its rule groups by. */
const FILLED = ['count', 'within', 'devices', 'addresses', 'actors'];
/** What says which kind of rule it is: just one of these. */
const KINDS = ['when', 'steps', 'absent'] as const;

/** Checks rules: each looks for one thing that there is, within a time, and says it with what it knows. */
export function checkRules(context: CheckContext): void {
  for (const [name, rule] of Object.entries(context.source.rules ?? {})) {
    if (rule === undefined) continue;
    checkKind(context, name, rule);
    checkEvents(context, name, rule);
    checkTime(context, name, rule);
    checkSentence(context, name, rule);
  }
}

type PartialRule = DeepPartial<RuleSource>;

function checkKind(context: CheckContext, name: string, rule: PartialRule): void {
  const kinds = KINDS.filter((kind) => rule[kind] !== undefined);
  const conflict = (key: string, message: string): void =>
    context.atKey(['rules', name, key], 'TEMPLATE_FIELD_CONFLICT', message);
  if (kinds.length !== 1) {
    const found =
      kinds.length === 0 ? 'none of them is there' : `found ${kinds.map((kind) => `\`${kind}\``).join(' and ')}`;
    const message = `a rule has one of \`when\`, \`steps\` and \`absent\`; ${found}`;
    context.atKey(['rules', name], 'TEMPLATE_FIELD_CONFLICT', message);
    return;
  }
  const [kind] = kinds;
  if (kind !== 'when') {
    for (const key of ['count', 'distinct'] as const)
      if (rule[key] !== undefined) conflict(key, `\`${key}\` goes with \`when\` and not with \`${kind}\``);
  }
  if (kind !== 'absent' && rule.after !== undefined) conflict('after', '`after` goes with `absent` alone');
  if (kind === 'when' && rule.distinct !== undefined && asList(rule.by ?? []).includes(rule.distinct)) {
    conflict('distinct', `events that are grouped by \`${rule.distinct}\` have but one of it`);
  }
  const steps = (rule.steps ?? []) as readonly (DeepPartial<{ count: number }> | undefined)[];
  const events = steps.reduce((sum, step) => sum + (step?.count ?? 1), 0);
  if (events > RULE_BOUNDS.sequence) {
    const message = `its steps wait for ${events} events; at most ${RULE_BOUNDS.sequence} in all`;
    context.at(['rules', name, 'steps'], 'TEMPLATE_TOO_LARGE', message);
  }
}

function checkEvents(context: CheckContext, name: string, rule: PartialRule): void {
  const named: (readonly [path: readonly (string | number)[], match: { readonly event?: unknown } | undefined])[] = [
    [['when'], rule.when],
    [['absent'], rule.absent],
    [['after'], rule.after],
    ...((rule.steps ?? []) as readonly ({ readonly event?: unknown } | undefined)[]).map(
      (step, i) => [['steps', i], step] as const,
    ),
  ];
  for (const [path, match] of named) {
    if (match?.event === undefined) continue;
    const one = typeof match.event === 'string';
    for (const [i, event] of asList(match.event as string | readonly string[]).entries()) {
      if (EVENTS.includes(event)) continue;
      context.unknown(['rules', name, ...path, 'event', ...(one ? [] : [i])], 'event', event, EVENTS);
    }
  }
}

function checkTime(context: CheckContext, name: string, { within, by }: PartialRule): void {
  const time = within === undefined ? null : parseDuration(within);
  if (time !== null && (time < 1_000 || time > RULE_BOUNDS.within)) {
    context.at(['rules', name, 'within'], 'TEMPLATE_VALUE_INVALID', '`within` is between a second and a week');
  }
  if (asList(by ?? []).length > RULE_BOUNDS.groupedBy) {
    const message = `events are grouped by at most ${RULE_BOUNDS.groupedBy} of what they have`;
    context.at(['rules', name, 'by'], 'TEMPLATE_TOO_LARGE', message);
  }
}

function checkSentence(context: CheckContext, name: string, { say, by }: PartialRule): void {
  const known = [...asList(by ?? []), ...FILLED] as readonly string[];
  for (const [, filled = ''] of (say ?? '').matchAll(/\{([^}]*)\}/g)) {
    if (!known.includes(filled)) context.unknown(['rules', name, 'say'], 'word to fill in', filled, known);
  }
}
