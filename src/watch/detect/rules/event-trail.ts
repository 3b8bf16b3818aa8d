import type { RuleFinding, ShownEvent } from '../live/finding.ts';
import type { LogEvent } from './log-event.ts';
import { shownEvent } from './log-event.ts';

/** Entries that an alert shows from its beginning, and from its end. */
const FIRST = 4;
const LATEST = 8;
/** Devices, networks and people that it names of each. */
export const MOST_NAMED = 32;

/** What led to a finding, in bounded room: its first and latest events, and whom they name. */
export interface EventTrail {
  readonly first: ShownEvent[];
  readonly latest: ShownEvent[];
  readonly devices: Set<string>;
  readonly addresses: Set<string>;
  readonly actors: Set<string>;
  total: number;
}

export function beginTrail(): EventTrail {
  return { first: [], latest: [], devices: new Set(), addresses: new Set(), actors: new Set(), total: 0 };
}

/** Adds an event. */
export function follow(trail: EventTrail, event: LogEvent): void {
  if (trail.first.length < FIRST) trail.first.push(shownEvent(event));
  else {
    trail.latest.push(shownEvent(event));
    if (trail.latest.length > LATEST) trail.latest.shift();
  }
  trail.total += 1;
  note(trail.devices, event.fields.get('device'));
  note(trail.addresses, event.fields.get('address'));
  note(trail.actors, event.fields.get('actor')?.filter(isPerson));
}

/** What a finding says of it. */
export function showTrail(trail: EventTrail): Omit<RuleFinding, 'name' | 'about'> {
  return {
    devices: [...trail.devices],
    addresses: [...trail.addresses],
    actors: [...trail.actors],
    events: [...trail.first, ...trail.latest],
    total: trail.total,
  };
}

/** Parts of the platform act for everybody: what they did joins nothing. */
export function isPerson(actor: string): boolean {
  return !actor.startsWith('weir:') && !actor.startsWith('device:');
}

function note(into: Set<string>, words: readonly string[] | undefined): void {
  for (const word of words ?? []) if (into.size < MOST_NAMED) into.add(word);
}
