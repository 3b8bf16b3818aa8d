import { canonicalJson, PROBE_DEVICE, PROBE_STREAM } from '#base/core/index.ts';
import type { Rule } from '#declare/template/index.ts';
import { formatDuration } from '#declare/template/index.ts';
import type { Finding } from '../live/finding.ts';
import { findingId } from '../live/finding.ts';
import type { EventTrail } from './event-trail.ts';
import { showTrail } from './event-trail.ts';

/** Events that a rule counts together: what they have in common, and whether the prober made them. */
export interface EventGroup {
  readonly key: string;
  readonly about: Readonly<Record<string, string>>;
  readonly ofProber: boolean;
}

/** What a rule found. */
export interface RuleHit {
  readonly group: EventGroup;
  readonly trail: EventTrail;
  /** Place in the log of the first entry that led to it: finding it again gives the same name. */
  readonly first: number;
  readonly start: number;
  readonly end: number;
  readonly open: boolean;
  /** What was counted, and how much of it the rule waits for. */
  readonly score: number;
  readonly limit: number;
}

/** A finding of a rule. */
export function ruleFinding(rule: Rule, hit: RuleHit): Finding {
  const { group, trail, first, start, end, open, score, limit } = hit;
  const shown = showTrail(trail);
  const [device, ...others] = shown.devices;
  const about = group.about['device'] ?? (others.length === 0 ? device : undefined) ?? null;
  return {
    id: findingId(canonicalJson(group.about), group.ofProber ? PROBE_STREAM : '', `rule ${rule.name}`, first),
    device: group.ofProber ? PROBE_DEVICE : about,
    // Whatever the prober tries is kept apart, as its readings are.
    stream: group.ofProber ? PROBE_STREAM : null,
    rule: { name: rule.name, about: group.about, ...shown },
    techniques: rule.techniques,
    detectors: [{ name: rule.name, score, limit, readings: trail.total }],
    start,
    end,
    open,
    severity: rule.severity,
    budget: null,
    baseline: null,
    causes: [],
    nearest: null,
    evidence: [],
    sentence: sentenceOf(rule, group, shown, score),
  };
}

function sentenceOf(
  { say, within }: Rule,
  { about }: EventGroup,
  { devices, addresses, actors }: ReturnType<typeof showTrail>,
  score: number,
): string {
  const known: Readonly<Record<string, string>> = {
    count: String(score),
    within: formatDuration(within),
    devices: devices.join(', '),
    addresses: addresses.join(', '),
    actors: actors.join(', '),
    ...about,
  };
  return say.replace(/\{([^}]*)\}/g, (_all, word: string) => known[word] ?? 'unknown');
}
