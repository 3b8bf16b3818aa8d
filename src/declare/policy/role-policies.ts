import { PROBE_STREAM, PROBER_STREAMS } from '#base/core/index.ts';
import type { Class } from '#base/core/index.ts';
import type { Role, Template } from '#declare/template/index.ts';
import type { Action } from './actions.ts';
import { CREDENTIAL_ROLE, quoted, SEE } from './cedar-schema.ts';
import {
  OPERATOR_ROLE,
  PROBE_PURPOSE,
  PROBE_SHARE_PURPOSE,
  PROBE_SHARE_ROLE,
  PROBER_ROLE,
  proberShareRole,
  standardOperator,
} from './grants.ts';
import { protectedRelations } from './protected-relations.ts';
import { actionSet, classSet, isData, permit } from './platform-policies.ts';
import type { Policy } from './platform-policies.ts';

/** The `people` of a template as policies, each named for the place that says it. */
export function rolePolicies(template: Template): readonly Policy[] {
  const declared = [...template.people.values()];
  const roles = template.people.has(OPERATOR_ROLE) ? declared : [...declared, standardOperator(template)];
  const beyondAll = [...PROBER_STREAMS, ...protectedRelations(template).map(({ name }) => name)];
  return [...roles.flatMap((role) => policiesOf(role, beyondAll)), ...probePolicies(declared)];
}

/** @param beyondAll what a role that queries all does not query */
function policiesOf(role: Role, beyondAll: readonly string[]): readonly Policy[] {
  const { name } = role;
  const policies: Policy[] = [];
  if (role.query === 'all' || role.query.length > 0) {
    policies.push(
      permit(
        `people.${name}.query`,
        `${name} queries ${role.query === 'all' ? 'every view' : role.query.join(', ')}${forPurposes(role)}`,
        ['query'],
        `permit (principal in ${roleId(name)}, action == Action::"query", resource) when {
          ${inViews(role, 'resource.name', beyondAll)} && ${purposeFits(role)}
        };`,
      ),
      seePolicy(role, beyondAll),
      ...[...role.masks.keys()].map((target) => maskPolicy(role, target, beyondAll)),
    );
  }
  const data = role.may.filter((action) => isData(action)) as Action[];
  if (data.length > 0) {
    policies.push(
      permit(
        `people.${name}.may.${data.join('-')}`,
        `${name} may ${data.join(', ')} what it queries`,
        data,
        `permit (principal in ${roleId(name)}, action in ${actionSet(data)}, resource);`,
      ),
    );
  }
  const others = role.may.filter((action) => !isData(action)) as Action[];
  if (others.length > 0) {
    policies.push(
      permit(
        `people.${name}.may`,
        `${name} may ${others.join(', ')}${forPurposes(role)}`,
        others,
        `permit (principal in ${roleId(name)}, action in ${actionSet(others)}, resource) when { ${purposeFits(role)} };`,
      ),
    );
  }
  return policies;
}

/**
 * The classes that a role sees in clear, but for columns that it sees masked. What is public everybody sees, and of
 * identifiers their tokens.
 */
function seePolicy(role: Role, beyondAll: readonly string[]): Policy {
  const classes = [...new Set<Class>(['public', ...role.sees])];
  return permit(
    `people.${role.name}.sees`,
    `${role.name} sees ${classes.join(', ')}${classes.includes('identifier') ? '' : ' and tokens of identifiers'}`,
    [SEE],
    `permit (principal in ${roleId(role.name)}, action == Action::"${SEE}", resource) when {
      ${[inViews(role, 'resource.view', beyondAll), purposeFits(role), `${classSet(classes)}.contains(resource.seenAs)`, ...unmasked(role)].join(' && ')}
    };`,
  );
}

/** That a column is none which a role sees masked. */
function unmasked({ masks }: Role): readonly string[] {
  return [...masks.keys()].map((target) => {
    const [view = '', column = ''] = target.split('.');
    return `!(resource.view == ${quoted(view)} && resource.name == ${quoted(column)})`;
  });
}

/** A declared mask is a grant of the masked form, whatever the class. */
function maskPolicy(role: Role, target: string, beyondAll: readonly string[]): Policy {
  const [view = '', column = ''] = target.split('.');
  return permit(
    maskId(role.name, target),
    `${role.name} sees ${target} masked (${role.masks.get(target) ?? ''})`,
    [SEE],
    `permit (principal in ${roleId(role.name)}, action == Action::"${SEE}", resource) when {
      ${inViews(role, 'resource.view', beyondAll)} && ${purposeFits(role)} &&
      resource.view == ${quoted(view)} && resource.name == ${quoted(column)}
    };`,
  );
}

/** The id of the policy that shows a column masked to a role. */
export function maskId(role: string, target: string): string {
  return `people.${role}.masks.${target}`;
}

/** Who may prove sees what the prober sent, and the prober itself does nothing else. */
function probePolicies(roles: readonly Role[]): readonly Policy[] {
  const proving = [
    ...roles.filter(({ may }) => may.includes('prove')).map(({ name }) => name),
    CREDENTIAL_ROLE,
    PROBER_ROLE,
  ];
  const who = `principal in [${proving.map(roleId).join(', ')}] && !(context has purpose)`;
  const ownStreams = `[${PROBER_STREAMS.map(quoted).join(', ')}]`;
  const seen = `${classSet(['public', 'operational'])}.contains(resource.class)`;
  const forPurpose = (purpose: string): string =>
    `context has purpose && context.purpose == Purpose::${quoted(purpose)}`;
  const forProbing = forPurpose(PROBE_PURPOSE);
  const forShare = forPurpose(PROBE_SHARE_PURPOSE);
  const share = proberShareRole();
  return [
    permit(
      `people.${PROBER_ROLE}.query`,
      'who may prove queries what the prober sent',
      ['query'],
      `permit (principal, action == Action::"query", resource) when { ${ownStreams}.contains(resource.name) && ${who} };`,
    ),
    permit(
      `people.${PROBER_ROLE}.sees`,
      'who may prove sees what the prober sent',
      [SEE],
      `permit (principal, action == Action::"${SEE}", resource) when { ${ownStreams}.contains(resource.view) && ${seen} && ${who} };`,
    ),
    // For a purpose of its own, so that the same prober is without the grant where it states none, or another.
    permit(
      `people.${PROBER_ROLE}.tokens`,
      'the prober takes tokens of what it sent back, for a purpose of its own',
      ['detokenise', 'query'],
      `permit (principal in ${roleId(PROBER_ROLE)}, action in ${actionSet(['detokenise', 'query'])}, resource) when {
        resource.name == ${quoted(PROBE_STREAM)} && ${forProbing}
      };`,
    ),
    permit(
      `people.${PROBER_ROLE}.tokens.sees`,
      'the prober sees what it sent, for a purpose of its own',
      [SEE],
      `permit (principal in ${roleId(PROBER_ROLE)}, action == Action::"${SEE}", resource) when {
        resource.view == ${quoted(PROBE_STREAM)} && ${seen} && ${forProbing}
      };`,
    ),
    // The rows of that role are some of them, and its masks hold: a purpose may give less instead of nothing.
    permit(
      `people.${PROBE_SHARE_ROLE}.query`,
      'the prober queries a share of what it sent, for a purpose that gives no more',
      ['query'],
      `permit (principal in ${roleId(PROBE_SHARE_ROLE)}, action == Action::"query", resource) when {
        ${inViews(share, 'resource.name', [])} && ${forShare}
      };`,
    ),
    permit(
      `people.${PROBE_SHARE_ROLE}.sees`,
      'the prober sees a share of what it sent, for a purpose that gives no more',
      [SEE],
      `permit (principal in ${roleId(PROBE_SHARE_ROLE)}, action == Action::"${SEE}", resource) when {
        ${[inViews(share, 'resource.view', []), seen, forShare, ...unmasked(share)].join(' && ')}
      };`,
    ),
    ...[...share.masks.keys()].map((target) => maskPolicy(share, target, [])),
    permit(
      `people.${PROBER_ROLE}.may`,
      'the prober proves',
      ['prove'],
      `permit (principal in ${roleId(PROBER_ROLE)}, action == Action::"prove", resource) when { !(context has purpose) };`,
    ),
  ];
}

function roleId(name: string): string {
  return `Role::${quoted(name)}`;
}

function inViews({ query }: Role, attribute: string, beyondAll: readonly string[]): string {
  if (query === 'all') return beyondAll.map((name) => `${attribute} != ${quoted(name)}`).join(' && ');
  return `[${query.map(quoted).join(', ')}].contains(${attribute})`;
}

/** Without a purpose nothing of it is asked; a stated one has to be the role's own. */
function purposeFits({ purposes }: Role): string {
  if (purposes.length === 0) return '!(context has purpose)';
  const set = purposes.map((purpose) => `Purpose::${quoted(purpose)}`).join(', ');
  return `(if context has purpose then [${set}].contains(context.purpose) else true)`;
}

function forPurposes({ purposes }: Role): string {
  return purposes.length === 0 ? '' : ` for ${purposes.join(', ')}`;
}
