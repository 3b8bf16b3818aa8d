import { formatMicros, micros } from '#base/core/index.ts';
import { isIpAddress } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { CREDENTIAL_ROLE, PRINCIPAL_ENTITIES, RESOURCE_ENTITIES } from './cedar-schema.ts';
import type { CedarCall, CedarEntity, CedarValue } from './cedar-engine.ts';
import { rolesOf } from './grants.ts';
import type { PolicyAction } from './platform-policies.ts';
import { locationOf, mayCross, reachOf } from './residency.ts';
import { relationFacts } from './relation-facts.ts';
import type { RelationFacts } from './relation-facts.ts';
import type { AccessContext, AccessRequest, ClassedColumn, Resource, Subject } from './types.ts';

type Reference = { readonly type: string; readonly id: string };

/** A request in Cedar's terms. */
export function cedarRequest(request: AccessRequest, template: Template): CedarCall {
  const { subject, action, resource, purpose, context } = request;
  return callOf(subject, action, resourceEntity(resource, template), purpose, context, template);
}

/** The request to see one column of a relation, whose class is the stricter of the declared and the stored one. */
export function columnRequest(
  request: AccessRequest,
  facts: RelationFacts,
  column: ClassedColumn,
  template: Template,
): CedarCall {
  const { subject, purpose, context } = request;
  const entity: CedarEntity = {
    uid: { type: 'Column', id: `${facts.name}.${column.name}` },
    attrs: {
      name: column.name,
      view: facts.name,
      class: reference('Class', column.class),
      seenAs: reference('Class', column.seenAs ?? column.class),
      purposed: facts.purposes.length > 0,
      basis: facts.hasBasis,
      regions: [...new Set([...facts.regions, ...(context.lineage?.regions ?? [])])],
      crosses: mayCross(template, facts, column.class),
    },
    parents: [],
  };
  const call = callOf(subject, 'see', entity, purpose, context, template);
  return request.action === 'export' ? { ...call, context: { ...call.context, exporting: true } } : call;
}

function callOf(
  subject: Subject,
  action: PolicyAction,
  resource: CedarEntity,
  purpose: string | null,
  context: AccessContext,
  template: Template,
): CedarCall {
  const principal = principalEntity(subject, template);
  return {
    principal: principal.uid as Reference,
    action: { type: 'Action', id: action },
    resource: resource.uid as Reference,
    context: contextOf(subject, purpose, context, template),
    entities: [principal, resource],
  };
}

function principalEntity(subject: Subject, template: Template): CedarEntity {
  const uid = { type: PRINCIPAL_ENTITIES[subject.kind], id: subject.id };
  if (subject.kind !== 'device') {
    const roles = rolesOf(subject, template).map(({ name }) => name);
    const held = subject.kind === 'operator' ? [...roles, CREDENTIAL_ROLE] : roles;
    return { uid, attrs: { name: subject.id }, parents: held.map((name) => ({ type: 'Role', id: name })) };
  }
  const type = subject.deviceType ?? '';
  const speaksFor = template.devices.get(type)?.speaksFor ?? [];
  return {
    uid,
    attrs: { name: subject.id, type: reference('DeviceType', type), speaksFor: references('DeviceType', speaksFor) },
    parents: [{ type: 'DeviceType', id: type }],
  };
}

function resourceEntity({ type, name }: Resource, template: Template): CedarEntity {
  const uid = { type: RESOURCE_ENTITIES[type], id: name };
  return { uid, attrs: { name, ...resourceFacts({ type, name }, template) }, parents: [] };
}

function resourceFacts({ type, name }: Resource, template: Template): Record<string, CedarValue> {
  if (type === 'stream') return { declared: template.streams.has(name) };
  if (type === 'table') return { declared: template.tables.has(name) };
  if (type !== 'view') return {};
  const facts = relationFacts(template, name);
  return { declared: facts !== null, purposes: references('Purpose', facts?.purposes ?? []) };
}

/** What is not told is not there, so that a policy that needs it cannot be met. */
function contextOf(
  subject: Subject,
  purpose: string | null,
  context: AccessContext,
  template: Template,
): Record<string, CedarValue> {
  const { posture, time, address, proposer, about, speaksFor } = context;
  return {
    standing: typeof subject.standing === 'string' ? subject.standing : '',
    ...whereabouts(subject, context, template),
    ...(purpose === null ? {} : { purpose: reference('Purpose', purpose) }),
    ...(subject.strength === undefined ? {} : { authentication: reference('Strength', subject.strength) }),
    ...(posture === undefined ? {} : { posture: reference('Posture', posture) }),
    ...(time === undefined ? {} : { time: { __extn: { fn: 'datetime', arg: dateTime(time) } } }),
    ...(template.region === 'unspecified' ? {} : { region: template.region }),
    ...(address === undefined || !isIpAddress(address) ? {} : { address: { __extn: { fn: 'ip', arg: address } } }),
    ...(proposer === undefined ? {} : { proposer }),
    ...(about === undefined ? {} : { about: { name: about.name, type: reference('DeviceType', about.type) } }),
    ...(speaksFor === undefined ? {} : { speaksFor: references('DeviceType', speaksFor) }),
  };
}

/** A device is where its readings are taken; whoever else asks is somewhere, if only nothing says where. */
function whereabouts(subject: Subject, context: AccessContext, template: Template): Record<string, CedarValue> {
  if (subject.kind === 'device') return {};
  const located = locationOf(subject, template);
  return located === null ? {} : { located, reach: reachOf(located, context.transfers ?? []) as CedarValue[] };
}

/** Cedar's times have milliseconds, which are more than a decision needs. */
function dateTime(time: number): string {
  return `${formatMicros(micros(time)).slice(0, 19)}Z`;
}

function references(type: string, ids: readonly string[]): CedarValue[] {
  return ids.map((id) => reference(type, id));
}

function reference(type: string, id: string): CedarValue {
  return { __entity: { type, id } };
}
