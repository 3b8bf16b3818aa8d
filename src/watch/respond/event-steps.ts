import { isPerson, SEVERITIES } from '#watch/detect/index.ts';
import type { LogEvent, ShownEvent } from '#watch/detect/index.ts';
import type { Alert } from './alert.ts';
import { eventKind } from './event-kinds.ts';
import type { EventKind } from './event-kinds.ts';
import { AT_ONCE, NEAR } from './correlate.ts';
import type { Incident, Step } from './correlate.ts';

/** An incident with what the log says beside its alerts, and how many such steps there was no room for. */
export interface IncidentWithEvents {
  readonly incident: Incident;
  readonly leftOut: number;
}

/** Steps of the log that an incident has room for: of more, the gravest, then the earliest. */
export const MOST_EVENT_STEPS = 200;

/** Entries of one kind about one thing: one step, which begins with the first. */
interface Group {
  readonly kind: EventKind;
  readonly first: LogEvent;
  readonly device: string | null;
  readonly address: string | null;
  times: number;
}

/** The times whose entries can be steps of an incident, epoch microseconds, both included. */
export function eventSpan({ start, end }: Incident): readonly [from: number, to: number] {
  return [start - NEAR, end + NEAR];
}

/**
 * Puts entries of the log among the steps of an incident: those of `EVENT_KINDS` that share a device, a network or a
 * person with it from fifteen minutes before its start to fifteen after its end, or a technique from a minute before to
 * a minute after. Entries that differ in time alone are one step. What led to an alert of a rule is no step beside it.
 * They join no incidents and change nothing else of one. A function of the sets of alerts and entries, whatever their order.
 *
 * @param alerts among which those of the incident are
 */
export function withEvents(
  incident: Incident,
  alerts: readonly Alert[],
  events: readonly LogEvent[],
): IncidentWithEvents {
  const ids = new Set(incident.steps.map(({ alert }) => alert));
  const own = alerts.filter(({ id }) => ids.has(id));
  const actors = new Set(own.flatMap(({ rule }) => rule?.actors ?? []));
  const told = rulesOf(own);
  const groups = new Map<string, Group>();
  for (const event of events.toSorted((a, b) => a.time - b.time || a.index - b.index)) {
    const kind = eventKind(event);
    if (kind === null || event.ofProber || !belongs(event, kind, incident, actors)) continue;
    const key = keyOf(event);
    if (told.get(key)?.some(({ start, end }) => event.time >= start && event.time <= end)) continue;
    const [device = null] = event.fields.get('device') ?? [];
    const [address = null] = event.fields.get('address') ?? [];
    const whole = JSON.stringify([key, device, address]);
    const known = groups.get(whole);
    if (known === undefined) groups.set(whole, { kind, first: event, device, address, times: event.count });
    else known.times += event.count;
  }
  const gravest = [...groups.values()].sort(
    (a, b) =>
      SEVERITIES.indexOf(b.kind.severity) - SEVERITIES.indexOf(a.kind.severity) || a.first.index - b.first.index,
  );
  const steps = [...incident.steps, ...gravest.slice(0, MOST_EVENT_STEPS).map(stepOf)];
  return {
    incident: { ...incident, steps: steps.sort((a, b) => a.start - b.start || (a.alert < b.alert ? -1 : 1)) },
    leftOut: Math.max(0, gravest.length - MOST_EVENT_STEPS),
  };
}

function belongs(
  { time, fields }: LogEvent,
  { techniques = [] }: EventKind,
  incident: Incident,
  actors: ReadonlySet<string>,
): boolean {
  const within = (gap: number): boolean => time >= incident.start - gap && time <= incident.end + gap;
  if (!within(NEAR)) return false;
  const shares =
    fields.get('device')?.some((device) => incident.devices.includes(device)) === true ||
    fields.get('address')?.some((address) => incident.addresses.includes(address)) === true ||
    fields.get('actor')?.some((actor) => isPerson(actor) && actors.has(actor)) === true;
  return shares || (within(AT_ONCE) && techniques.some((id) => incident.techniques.includes(id)));
}

/** When alerts of rules tell of which entries already. */
function rulesOf(alerts: readonly Alert[]): ReadonlyMap<string, readonly Pick<Alert, 'start' | 'end'>[]> {
  const told = new Map<string, Pick<Alert, 'start' | 'end'>[]>();
  for (const { rule, start, end } of alerts) {
    for (const key of new Set((rule?.events ?? []).map(keyOf)))
      told.set(key, [...(told.get(key) ?? []), { start, end }]);
  }
  return told;
}

function keyOf({ action, outcome, reason, actor, resource }: ShownEvent): string {
  return JSON.stringify([action, outcome, reason, actor, resource]);
}

const WENT: Readonly<Record<string, string>> = { denied: ' refused', failed: ' failed' };

function stepOf({ kind, first, device, address, times }: Group): Step {
  const { index, time, outcome, reason, actor, resource, fields } = first;
  const words = [
    `${kind.what}${WENT[outcome] ?? ''}${reason === null ? '' : ` (${reason})`}: ${resource}`,
    ...(actor === resource ? [] : [`by ${actor}`]),
    ...(address === null ? [] : [`from ${address}`]),
    ...(times > 1 ? [`${times} times`] : []),
  ];
  return {
    kind: 'event',
    alert: String(index),
    device,
    stream: fields.get('stream')?.[0] ?? null,
    start: time,
    severity: kind.severity,
    techniques: kind.techniques ?? [],
    sentence: words.join(', '),
  };
}
