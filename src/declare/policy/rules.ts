import type { Template } from '#declare/template/index.ts';
import { actionFits } from './actions.ts';
import { decideQuery } from './decide-query.ts';
import { grantOf, rolesOf } from './grants.ts';
import { beyondScope } from './scope.ts';
import type { AccessRequest, QueryObligations, Reason } from './types.ts';

/** What a rule says about a request it applies to. */
export interface Verdict {
  readonly reason: Reason;
  /** Overrides the rule's id where a place in the template decided. */
  readonly rule?: string;
  readonly obligations?: QueryObligations | null;
}

export interface Rule {
  readonly id: string;
  readonly effect: 'forbid' | 'permit';
  readonly statement: string;
  /** Null where the rule does not apply. */
  readonly apply: (request: AccessRequest, template: Template) => Verdict | null;
}

const KINDS: readonly string[] = ['person', 'service', 'device', 'operator'];
const STANDINGS: readonly string[] = ['disabled', 'revoked', 'contained'];

/** Rules that deny whatever else grants. All are asked, and the first in order names the reason. */
export const FORBIDS: readonly Rule[] = [
  {
    id: 'forbid-unknown-subject',
    effect: 'forbid',
    statement: 'A subject has an id and is a person, program, device or operator.',
    apply: ({ subject }) => (subject.id === '' || !KINDS.includes(subject.kind) ? { reason: 'subject-unknown' } : null),
  },
  {
    id: 'forbid-unknown-action',
    effect: 'forbid',
    statement: 'Only actions of the closed list are decided, each on the types of resources that it is for.',
    apply: ({ action, resource }) => {
      if (actionFits(action, resource.type) && resource.name !== '') return null;
      return { reason: actionFits(action, resource.type) ? 'resource-unknown' : 'action-unknown' };
    },
  },
  {
    id: 'forbid-unknown-resource',
    effect: 'forbid',
    statement: 'A stream or table that the template does not have is nothing to act on.',
    apply: ({ resource }, template) => {
      const unknown =
        (resource.type === 'stream' && !template.streams.has(resource.name)) ||
        (resource.type === 'table' && !template.tables.has(resource.name));
      return unknown ? { reason: 'resource-unknown' } : null;
    },
  },
  {
    id: 'forbid-standing',
    effect: 'forbid',
    statement: 'Who is disabled, revoked or contained does nothing; who has no known standing does nothing either.',
    apply: ({ subject: { standing } }) => {
      if (standing === 'good') return null;
      return { reason: STANDINGS.includes(standing) ? standing : 'context-missing' };
    },
  },
  {
    id: 'forbid-device-beyond-streams',
    effect: 'forbid',
    statement: 'A device publishes and hears its own commands, nothing else.',
    apply: ({ subject, action }) =>
      subject.kind === 'device' && action !== 'publish' && action !== 'subscribe'
        ? { reason: 'not-for-devices' }
        : null,
  },
  {
    id: 'forbid-others-as-device',
    effect: 'forbid',
    statement: 'Only devices publish and hear commands.',
    apply: ({ subject, action }) =>
      subject.kind !== 'device' && (action === 'publish' || action === 'subscribe')
        ? { reason: 'only-for-devices' }
        : null,
  },
  {
    id: 'forbid-beyond-scope',
    effect: 'forbid',
    statement: 'A credential that is for some actions, views or purposes is good for nothing else.',
    apply: (request) => {
      const reason = beyondScope(request);
      return reason === null ? null : { reason };
    },
  },
  {
    id: 'forbid-own-proposal',
    effect: 'forbid',
    statement: 'Nobody approves a change of their own.',
    apply: ({ subject, action, context }) => {
      if (action !== 'approve') return null;
      if (context.proposer === undefined) return { reason: 'context-missing' };
      return context.proposer === subject.id ? { reason: 'own-proposal' } : null;
    },
  },
];

/** Rules that grant. The first that applies decides; where none does, the answer is no. */
export const PERMITS: readonly Rule[] = [
  {
    id: 'permit-publish',
    effect: 'permit',
    statement: 'A device publishes, for itself or a device that it speaks for, to streams from that type of device.',
    apply: applyPublish,
  },
  {
    id: 'permit-own-commands',
    effect: 'permit',
    statement: 'A device hears the commands that are for itself.',
    apply: ({ action, subject, resource }) =>
      action === 'subscribe' && subject.id === resource.name ? { reason: 'granted' } : null,
  },
  {
    id: 'permit-query',
    effect: 'permit',
    statement: 'A role queries the views, columns and rows that it was given, for its purposes.',
    apply: applyQuery,
  },
  {
    id: 'permit-role-action',
    effect: 'permit',
    statement: 'A role does what its `may` lists; the operator does what operators do.',
    apply: applyRoleAction,
  },
];

/** A purpose that is stated has to be one of the subject's own, also where the action needs none. */
function applyRoleAction({ action, subject, purpose }: AccessRequest, template: Template): Verdict | null {
  if (isData(action) || action === 'publish' || action === 'subscribe') return null;
  const rule = grantOf(subject, action, template);
  if (rule === null) return null;
  if (purpose === null || rolesOf(subject, template).some((role) => role.purposes.includes(purpose))) {
    return { reason: 'granted', rule };
  }
  return { reason: 'purpose-not-granted' };
}

function isData(action: string): boolean {
  return action === 'query' || action === 'export' || action === 'detokenise';
}

/** Both the template and the inventory must let a device speak for another. */
function applyPublish({ action, subject, resource, context }: AccessRequest, template: Template): Verdict | null {
  if (action !== 'publish') return null;
  const { about } = context;
  if (about === undefined || subject.deviceType === null) return { reason: 'context-missing' };
  const stream = template.streams.get(resource.name);
  const type = template.devices.get(subject.deviceType);
  if (stream === undefined || type === undefined) return null;
  if (about.name === subject.id) {
    if (about.type !== subject.deviceType) return null;
  } else if (!type.speaksFor.includes(about.type) || context.speaksFor?.includes(about.type) !== true) {
    return { reason: 'not-spoken-for' };
  }
  return stream.from.includes(about.type) ? { reason: 'granted', rule: `streams.${stream.name}.from` } : null;
}

/** Export and detokenising are grants of their own on top of the query. */
function applyQuery(request: AccessRequest, template: Template): Verdict | null {
  const { action, subject, resource, purpose, context } = request;
  if (!isData(action)) return null;
  if (action !== 'query' && grantOf(subject, action, template) === null) return null;
  return decideQuery(subject, resource.name, purpose, template, context.lineage ?? null);
}
