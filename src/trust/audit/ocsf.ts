import { formatMicros } from '#base/core/index.ts';
import type { AuditEvent, Json } from '#base/core/index.ts';
import { OcsfClass, ocsfActivity } from './ocsf-class.ts';
import type { PlacedEntry } from './tail-log.ts';

/** The version of the framework whose definitions the events keep to. */
export const OCSF_VERSION = '1.9.0-dev';

/** An event of the framework, ready to be written as JSON. */
export type OcsfEvent = { readonly [member: string]: Json };

/**
 * Turns an entry into an event of the Open Cybersecurity Schema Framework, for a SIEM.
 * Nothing of the entry is lost: what the framework has no place for stands in `unmapped`.
 *
 * @param origin the log's identity, which with the index makes the event's id
 * @see https://schema.ocsf.io, classes 3002, 3004, 6002, 6003, 6005
 */
export function formatOcsf({ index, time, event }: PlacedEntry, origin: string): OcsfEvent {
  const activity = ocsfActivity(event.action, event.resource);
  const ok = event.outcome === 'allowed' || event.outcome === 'done';
  return {
    activity_id: activity.id,
    activity_name: activity.name,
    category_uid: activity.class.categoryUid,
    category_name: activity.class.category,
    class_uid: activity.class.uid,
    class_name: activity.class.name,
    type_uid: activity.class.uid * 100 + activity.id,
    time: Math.floor(time / 1_000),
    severity_id: ok ? 1 : event.outcome === 'denied' ? 2 : 3,
    status_id: ok ? 1 : 2,
    status: ok ? 'Success' : 'Failure',
    ...(event.reason !== undefined && { status_code: event.reason }),
    metadata: {
      version: OCSF_VERSION,
      product: { name: 'Weir', vendor_name: 'Weir' },
      uid: `${origin}/${index}`,
      log_name: origin,
      sequence: index,
      event_code: event.action,
      original_time: formatMicros(time),
    },
    ...classMembers(activity.class, event),
    unmapped: unmapped(event),
  };
}

/** What a class demands beyond the base event. */
function classMembers(ofClass: OcsfClass, event: AuditEvent): Record<string, Json> {
  const actor = { user: user(event.actor) };
  switch (ofClass) {
    case OcsfClass.EntityManagement:
      return { actor, entity: entity(event.resource) };
    case OcsfClass.Authentication:
      return { user: user(event.actor), service: { name: 'Weir', uid: event.resource }, src_endpoint: endpoint(event) };
    case OcsfClass.ApplicationLifecycle:
      return { app: { name: 'Weir', uid: event.resource, vendor_name: 'Weir' } };
    case OcsfClass.DatastoreActivity:
      return { actor, src_endpoint: endpoint(event), type_id: 3, type: 'Table', table: { uid: event.resource } };
    default:
      return {
        actor,
        api: { operation: event.action },
        src_endpoint: endpoint(event),
        resources: [{ uid: event.resource, type: kindOf(event.resource) }],
      };
  }
}

const USER_TYPES: Readonly<Record<string, readonly [id: number, name: string]>> = {
  person: [1, 'User'],
  operator: [2, 'Admin'],
  weir: [3, 'System'],
  program: [4, 'Service'],
};

function user(actor: string): Record<string, Json> {
  const kind = kindOf(actor);
  const [id, name] = (Object.hasOwn(USER_TYPES, kind) ? USER_TYPES[kind] : undefined) ?? [99, kind];
  return { uid: actor, type_id: id, type: name };
}

function entity(resource: string): Record<string, Json> {
  const kind = kindOf(resource);
  const known = kind === 'device' ? [1, 'Device'] : kind === 'person' || kind === 'user' ? [2, 'User'] : [99, kind];
  return { uid: resource, type_id: known[0] ?? 99, type: known[1] ?? kind };
}

/** Where it came from: the truncated address where the entry has one, else who it was. */
function endpoint({ actor, detail }: AuditEvent): Record<string, Json> {
  const address = detail?.['address'];
  const name = typeof address === 'string' && address !== '' ? { name: address } : {};
  return kindOf(actor) === 'device' ? { uid: actor, ...name, type_id: 7, type: 'IOT' } : { uid: actor, ...name };
}

function unmapped({ purpose, digest, outcome, detail }: AuditEvent): Record<string, Json> {
  return {
    outcome,
    ...(purpose !== undefined && { purpose }),
    ...(digest !== undefined && { digest }),
    ...(detail !== undefined && { detail: { ...detail } }),
  };
}

function kindOf(id: string): string {
  return id.split(':')[0] || 'other';
}
