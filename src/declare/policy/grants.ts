import { PROBE_STREAM, PROBER_STREAMS, TRIAL_STREAM } from '#base/core/index.ts';
import type { Role, Template } from '#declare/template/index.ts';
import { isProtected } from './protected-relations.ts';
import { allRelations } from './relation-facts.ts';
import type { Subject } from './types.ts';

/** The role that governs what the operator's own credential may query, where the template declares it. */
export const OPERATOR_ROLE = 'operator';

/** The role of the platform's own prober. No author can declare it or give it to anybody: names begin otherwise. */
export const PROBER_ROLE = '_prober';

/** What the prober takes tokens back for; it says it for nothing else. */
export const PROBE_PURPOSE = 'probe';

/** Into how many buckets words of the prober are hashed where it sees a share. */
export const PROBE_BUCKETS = 4_096;

/** What the prober is granted some of its rows for, and no others. */
export const PROBE_SHARE_PURPOSE = 'probe-share';

/** What the prober is granted for that purpose; nobody else can have it either. */
export const PROBE_SHARE_ROLE = '_prober-share';

/** Runs probes and sees what they sent; nothing else exists for it. */
export function proberRole(): Role {
  return {
    name: PROBER_ROLE,
    description: null,
    query: PROBER_STREAMS,
    purposes: [],
    sees: ['public', 'operational'],
    rows: new Map(),
    masks: new Map(),
    may: ['prove'],
  };
}

/** Sees a share of the prober's rows, as a role with `rows` does, and its words as buckets, as one with `masks` does. */
export function proberShareRole(): Role {
  return {
    ...proberRole(),
    name: PROBE_SHARE_ROLE,
    query: [PROBE_STREAM, TRIAL_STREAM],
    purposes: [PROBE_SHARE_PURPOSE],
    rows: new Map([[PROBE_STREAM, 'n = 1']]),
    masks: new Map([[`${TRIAL_STREAM}.word`, `bucket:${PROBE_BUCKETS}`]]),
    may: [],
  };
}

/** The roles that a subject has: those of the template in its order, and the prober's own. Devices have none. */
export function rolesOf(subject: Subject, template: Template): readonly Role[] {
  if (subject.kind === 'device') return [];
  const roles = [...template.people.values()].filter(
    (role) => subject.roles.includes(role.name) || (subject.kind === 'operator' && role.name === OPERATOR_ROLE),
  );
  if (subject.roles.includes(PROBER_ROLE)) return [...roles, proberRole(), proberShareRole()];
  const governed = roles.some((role) => role.name === OPERATOR_ROLE);
  return subject.kind === 'operator' && !governed ? [...roles, standardOperator(template)] : roles;
}

/** The operator without a declared role: every view, but no places, no people, nothing about health. */
export function standardOperator(template: Template): Role {
  const relations = [...template.streams.values(), ...template.tables.values(), ...template.views.values()];
  return {
    name: OPERATOR_ROLE,
    description: null,
    query: 'all',
    purposes: [...new Set(relations.flatMap((relation) => relation.purposes))],
    sees: ['public', 'operational'],
    rows: new Map(),
    masks: new Map(),
    may: [],
  };
}

/** Whether a role may query a relation. */
export function roleQueries(role: Role, relation: string, template: Template): boolean {
  if (role.query !== 'all') return role.query.includes(relation);
  // Rows that a privacy budget protects are for roles that name them.
  return allRelations(template).includes(relation) && !isProtected(template, relation);
}
