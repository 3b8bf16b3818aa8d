import { inOrderOfClass, PROBE_STREAM } from '#base/core/index.ts';
import type { Class, ClassRule } from '#base/core/index.ts';
import { classRules } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { Action } from './actions.ts';
import { ACTION_RULES, ACTIONS, DATA_ACTIONS, OPERATOR_ACTIONS } from './actions.ts';
import { CREDENTIAL_ROLE, quoted, SEE } from './cedar-schema.ts';

/** Actions that Cedar is asked about: those that callers ask for, and seeing a column. */
export type PolicyAction = Action | typeof SEE;
export const POLICY_ACTIONS: readonly PolicyAction[] = [...ACTIONS, SEE];

/** A policy of a version: where it comes from, what it says, when it can apply. */
export interface Policy {
  /** Names a place in the template (`people.scientist.query`), a rule of the platform, or a policy of a file. */
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  readonly text: string;
  /** In words, for explanations. */
  readonly statement: string;
  /** The actions that it can match; it is not even asked for others. */
  readonly actions: readonly PolicyAction[];
  /** Attributes of the context that it reads. */
  readonly reads: readonly string[];
}

const NOT_DATA = ACTIONS.filter((action) => !DATA_ACTIONS.includes(action));

/** What holds whatever a template says, and what follows from classes under it. */
export function platformPolicies(template: Template): readonly Policy[] {
  const rules = inOrderOfClass(classRules(template));
  return [
    forbid(
      'forbid-unknown-resource',
      'A stream, table or view that the template does not have is nothing to act on.',
      POLICY_ACTIONS.filter((action) => action !== SEE),
      `forbid (principal, action, resource) when {
        (resource is Stream && !resource.declared) ||
        (resource is Table && !resource.declared) ||
        (resource is View && !resource.declared)
      };`,
    ),
    forbid(
      'forbid-standing',
      'Who is disabled, revoked or contained does nothing; who has no known standing does nothing either.',
      POLICY_ACTIONS,
      'forbid (principal, action, resource) unless { context.standing == "good" };',
    ),
    forbid(
      'forbid-own-proposal',
      'Nobody approves a change of their own.',
      ['approve'],
      `forbid (principal, action == Action::"approve", resource) unless {
        context has proposer && context.proposer != principal.name
      };`,
    ),
    forbid(
      'forbid-agent-approves',
      'Software that acts for somebody approves nothing: a second person is asked.',
      ['approve'],
      'forbid (principal is Agent, action == Action::"approve", resource);',
    ),
    forbid(
      'forbid-purpose-not-served',
      'Data that are there for some purposes are there for no other.',
      ['query'],
      `forbid (principal, action == Action::"query", resource) when {
        context has purpose && !resource.purposes.isEmpty() && !resource.purposes.contains(context.purpose)
      };`,
    ),
    ...classPolicies(rules),
    ...maskPolicies(rules),
    OUTSIDE_REGION,
    permit(
      'permit-own-commands',
      'A device hears the commands that are for itself.',
      ['subscribe'],
      'permit (principal, action == Action::"subscribe", resource) when { resource.name == principal.name };',
    ),
    permit(
      'permit-own-certificate',
      'A device asks for certificates that name itself.',
      ['certify'],
      'permit (principal, action == Action::"certify", resource) when { resource.name == principal.name };',
    ),
    permit(
      'permit-operator',
      "The operator's own credential does what operators do.",
      OPERATOR_ACTIONS.filter((action) => action !== 'query'),
      `permit (principal in Role::${quoted(CREDENTIAL_ROLE)}, action in ${actionSet(
        OPERATOR_ACTIONS.filter((action) => action !== 'query'),
      )}, resource);`,
    ),
  ];
}

/** Forbids by class of a column, from the table of classes. */
function classPolicies(rules: readonly ClassRule[]): readonly Policy[] {
  const byClass = (id: string, statement: string, test: (rule: ClassRule) => boolean, condition: string): Policy =>
    forbidByClass(id, statement, rules.filter(test), condition);
  return [
    byClass('forbid-secret', 'Nobody sees a secret.', ({ seenBy }) => seenBy === 'nobody', 'true'),
    byClass(
      'forbid-without-purpose',
      'Personal and stricter columns are seen for a stated purpose, of data that are there for purposes.',
      ({ needsPurpose, seenBy }) => needsPurpose && seenBy !== 'nobody',
      '!(context has purpose && resource.purposed)',
    ),
    byClass(
      'forbid-without-basis',
      'Health columns are seen where every stream that they come from has a lawful basis.',
      ({ needsBasis, seenBy }) => needsBasis && seenBy !== 'nobody',
      '!resource.basis',
    ),
    byClass(
      'forbid-export',
      'What must never leave does not.',
      ({ exported }) => exported === 'never',
      'context has exporting && context.exporting',
    ),
    byClass(
      'forbid-export-without-purpose',
      'What may leave for a purpose does not leave without one.',
      ({ exported }) => exported === 'purpose',
      'context has exporting && context.exporting && !(context has purpose)',
    ),
  ];
}

function forbidByClass(id: string, statement: string, rules: readonly ClassRule[], condition: string): Policy {
  const classes = rules.map((rule) => rule.class);
  return forbid(
    id,
    statement,
    [SEE],
    `forbid (principal, action == Action::"${SEE}", resource) when { ${classSet(classes)}.contains(resource.class) && ${condition} };`,
  );
}

/** Who queries a view without seeing a class in clear sees the masked form of it, where the class has one. */
function maskPolicies(rules: readonly ClassRule[]): readonly Policy[] {
  return rules.flatMap(({ class: cls, mask }) =>
    mask === null
      ? []
      : [
          permit(
            classMaskId(cls),
            `what is ${cls} is seen masked (${mask}) by who does not see it in clear`,
            [SEE],
            `permit (principal, action == Action::"${SEE}", resource) when { resource.class == Class::${quoted(cls)} };`,
          ),
        ],
  );
}

/** The id of the policy that shows a class masked. */
export function classMaskId(cls: Class): string {
  return `classes.${cls}.mask`;
}

/** The one rule of regions for answers: whoever asks, through whatever. */
const OUTSIDE_REGION = forbid(
  'forbid-outside-region',
  'What has to stay in a region is not given to who is outside, unless a transfer is recorded or it may cross.',
  [SEE],
  `forbid (principal, action == Action::"${SEE}", resource) when {
    !resource.crosses && !resource.regions.isEmpty()
  } unless { context has reach && context.reach.containsAll(resource.regions) };`,
);

/** Cedar's set of some classes. */
export function classSet(classes: readonly Class[]): string {
  return `[${classes.map((cls) => `Class::${quoted(cls)}`).join(', ')}]`;
}

/** Cedar's set of some actions. */
export function actionSet(actions: readonly string[]): string {
  return `[${actions.map((action) => `Action::${quoted(action)}`).join(', ')}]`;
}

/** A policy that permits. */
export function permit(
  id: string,
  statement: string,
  actions: readonly PolicyAction[],
  text: string,
  reads: readonly string[] = [],
): Policy {
  return { id, effect: 'permit', statement, actions, text, reads };
}

/** A policy that forbids. */
export function forbid(
  id: string,
  statement: string,
  actions: readonly PolicyAction[],
  text: string,
  reads: readonly string[] = [],
): Policy {
  return { id, effect: 'forbid', statement, actions, text, reads };
}

/** Whether an action is one on data. */
export function isData(action: string): boolean {
  return (DATA_ACTIONS as readonly string[]).includes(action);
}

/** Actions that are neither on data nor for devices alone. */
export const ROLE_ACTIONS: readonly Action[] = NOT_DATA.filter((action) => ACTION_RULES[action].by === 'people');

/** The stream that nobody but who proves may query. */
export const PROBE_VIEW = PROBE_STREAM;
