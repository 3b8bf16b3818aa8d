import { CLASSES } from '#base/core/index.ts';
import type { Template } from '#declare/template/index.ts';
import { ACTION_RULES, ACTIONS } from './actions.ts';
import type { ResourceType } from './actions.ts';
import { OPERATOR_ROLE, PROBE_PURPOSE, PROBE_SHARE_PURPOSE, PROBE_SHARE_ROLE, PROBER_ROLE } from './grants.ts';
import { POSTURES } from './posture.ts';
import { allPurposes } from './relation-facts.ts';
import { ROW_TYPES, rowAttributes } from './row-columns.ts';
import { STRENGTHS } from './strength.ts';

/** Cedar's entity type of each type of resource. A device that something is done to is a `Target`. */
export const RESOURCE_ENTITIES: Readonly<Record<ResourceType, string>> = {
  platform: 'Platform',
  template: 'Template',
  stream: 'Stream',
  view: 'View',
  table: 'Table',
  device: 'Target',
  commands: 'Commands',
  person: 'DataSubject',
  incident: 'Incident',
};

/** Cedar's entity type of each kind of principal; the operator's own credential is a person in a role of its own. */
export const PRINCIPAL_ENTITIES = {
  person: 'Person',
  operator: 'Person',
  service: 'Service',
  agent: 'Agent',
  device: 'Device',
} as const;

/** The role that only the operator's own credential has. No author can declare it: names begin otherwise. */
export const CREDENTIAL_ROLE = '_operator';

/** Seeing a column of a view that may be queried: asked for each column, never by a caller. */
export const SEE = 'see';

/**
 * The Cedar schema that a template implies: its roles, purposes and types of devices are closed sets, so that a policy
 * which names another is refused with its place.
 *
 * @see https://docs.cedarpolicy.com/schema/human-readable-schema.html
 */
export function cedarSchema(template: Template): string {
  const roles = [
    ...new Set([...template.people.keys(), OPERATOR_ROLE, CREDENTIAL_ROLE, PROBER_ROLE, PROBE_SHARE_ROLE]),
  ];
  const people = '[Person, Service, Agent]';
  return [
    '// Closed sets of the template.',
    enumeration('Role', roles),
    enumeration('Purpose', [...new Set(['', PROBE_PURPOSE, PROBE_SHARE_PURPOSE, ...allPurposes(template)])]),
    enumeration('DeviceType', [...template.devices.keys()]),
    enumeration('Class', CLASSES),
    enumeration('Strength', STRENGTHS),
    enumeration('Posture', POSTURES),
    '// Who asks. An agent is software that acts for a person and never has more than that person.',
    ...['Person', 'Service', 'Agent'].map((type) => `entity ${type} in [Role] { name: String };`),
    'entity Device in [DeviceType] { name: String, type: DeviceType, speaksFor: Set<DeviceType> };',
    '// What it is done to.',
    ...['Platform', 'Template', 'Target', 'Commands', 'DataSubject', 'Incident'].map(
      (type) => `entity ${type} { name: String };`,
    ),
    'entity Stream { name: String, declared: Bool };',
    'entity Table { name: String, declared: Bool };',
    '// A row of a view: an attribute is there where the view has the column, and its value is not null.',
    ...rowType(template),
    'entity View { name: String, declared: Bool, purposes: Set<Purpose>, row?: Row };',
    '// `regions` are those that it has to stay in; `crosses` is true where it may be given out of them all the same.',
    'entity Column { name: String, view: String, class: Class, seenAs: Class, purposed: Bool, basis: Bool, ' +
      'regions: Set<String>, crosses: Bool };',
    '// What else is known. All but the standing may be missing: ask with `has` first.',
    'type Known = {',
    '  standing: String,',
    '  purpose?: Purpose,',
    '  authentication?: Strength,',
    '  posture?: Posture,',
    '  time?: datetime,',
    '  region?: String,',
    '  // Where who asks is, and the regions whose data may be given there: its own, and those with a transfer.',
    '  located?: String,',
    '  reach?: Set<String>,',
    '  // True where it is about taking something out.',
    '  exporting?: Bool,',
    '  address?: ipaddr,',
    '  proposer?: String,',
    '  about?: { name: String, type: DeviceType },',
    '  speaksFor?: Set<DeviceType>,',
    '};',
    ...ACTIONS.map((action) => {
      const { on, by } = ACTION_RULES[action];
      const resources = on.map((type) => RESOURCE_ENTITIES[type]).join(', ');
      const principals = by === 'devices' ? '[Device]' : people;
      return `action ${action} appliesTo { principal: ${principals}, resource: [${resources}], context: Known };`;
    }),
    `action ${SEE} appliesTo { principal: ${people}, resource: [Column], context: Known };`,
    '',
  ].join('\n');
}

function rowType(template: Template): readonly string[] {
  const attributes = [...rowAttributes(template)].map(([name, type]) => `  ${quoted(name)}?: ${ROW_TYPES[type]},`);
  return ['type Row = {', ...attributes, '};'];
}

function enumeration(type: string, members: readonly string[]): string {
  return `entity ${type} enum [${[...new Set(members)].map(quoted).join(', ')}];`;
}

/** A text as Cedar writes it. Names in templates are plain words, for which its escapes and JSON's are the same. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}
