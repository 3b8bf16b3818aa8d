import type { EventField } from '#declare/template/index.ts';
import { isByProber } from '#trust/audit/index.ts';
import type { PlacedEntry } from '#trust/audit/index.ts';
import type { ShownEvent } from '../live/finding.ts';

/** An entry of the log as rules see it. */
export interface LogEvent extends ShownEvent {
  /** What it has of each field; several where it names several, as two addresses of a clone. */
  readonly fields: ReadonlyMap<EventField, readonly string[]>;
  /** Whether the platform brought it about, to try itself. */
  readonly ofProber: boolean;
}

/** Where members of an entry's detail belong. */
const DETAIL: readonly (readonly [member: string, field: EventField])[] = [
  ['device', 'device'],
  ['stream', 'stream'],
  ['source', 'address'],
  ['address', 'address'],
  ['older', 'address'],
  ['newer', 'address'],
  ['command', 'command'],
  ['detector', 'detector'],
  ['rule', 'rule'],
  ['field', 'field'],
  ['severity', 'severity'],
];
/** Kinds of resource that are a field of their own. */
const KINDS: ReadonlyMap<string, EventField> = new Map([
  ['device', 'device'],
  ['stream', 'stream'],
  ['listener', 'listener'],
]);
/** Actors that are many: what they have in common is nothing. */
const NOBODY = 'anonymous';

/** Reads an entry of the log. */
export function logEvent({ index, time, event }: PlacedEntry): LogEvent {
  const { action, outcome, reason = null, actor, resource, purpose, detail = {} } = event;
  const fields = new Map<EventField, readonly string[]>();
  const add = (field: EventField, value: unknown): void => {
    if (typeof value !== 'string' || value === '' || value === '-') return;
    const known = fields.get(field) ?? [];
    if (!known.includes(value)) fields.set(field, [...known, value]);
  };
  const [kind, name] = partsOf(resource);
  const [actorKind, actorName] = partsOf(actor);
  add('outcome', outcome);
  add('reason', reason);
  add('purpose', purpose);
  if (actor !== NOBODY) add('actor', actor);
  add('kind', kind);
  add('name', name);
  const own = KINDS.get(kind);
  if (own !== undefined) add(own, name);
  if (actorKind === 'device') add('device', actorName);
  for (const [member, field] of DETAIL) add(field, detail[member]);
  const count = typeof detail['count'] === 'number' && detail['count'] > 1 ? Math.floor(detail['count']) : 1;
  return { index, time, action, outcome, reason, actor, resource, count, fields, ofProber: isByProber(event) };
}

/** An event without what only rules look at. */
export function shownEvent({ fields: _fields, ofProber: _ofProber, ...shown }: LogEvent): ShownEvent {
  return shown;
}

function partsOf(text: string): readonly [kind: string, name: string] {
  const at = text.indexOf(':');
  return at === -1 ? ['', text] : [text.slice(0, at), text.slice(at + 1)];
}
