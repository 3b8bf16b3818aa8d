export { locationOf, mayCross, mayStand, reachOf, stayOf } from './residency.ts';
export { ACTIONS, ACTION_RULES, OPERATOR_ACTIONS, RESOURCE_TYPES } from './actions.ts';
export type { Action, ResourceType } from './actions.ts';
export type {
  AccessContext,
  AccessRequest,
  ClassedColumn,
  Decide,
  Decision,
  HiddenColumn,
  Lineage,
  QueryDecision,
  QueryObligations,
  Reason,
  RegionTransfer,
  Resource,
  Scope,
  Standing,
  Subject,
  VisibleColumn,
} from './types.ts';
export { PolicyError } from './errors.ts';
export type { PolicyErrorCode } from './errors.ts';
export { beyondScope, purposesInScope } from './scope.ts';
export { POSTURES } from './posture.ts';
export type { Posture } from './posture.ts';
export { isAtLeast, STRENGTHS } from './strength.ts';
export type { Strength } from './strength.ts';
export { CedarEngine } from './cedar-engine.ts';
export { cedarSchema } from './cedar-schema.ts';
export { checkPolicies } from './check-policies.ts';
export { momentsOf } from './moments.ts';
export { decisionMatrix, diffMatrices } from './decision-matrix.ts';
export type { MatrixCell, MatrixChange } from './decision-matrix.ts';
export { dictionariesOf } from './dictionaries.ts';
export type { Dictionary } from './dictionaries.ts';
export { parseResource, subjectOf, subjectsOf } from './named-subjects.ts';
export { runPolicyTests } from './policy-tests.ts';
export type { PolicyTestResult } from './policy-tests.ts';
export { DecisionPoint } from './decision-point.ts';
export { isProtected, protectedRelations } from './protected-relations.ts';
export type { ProtectedRelation } from './protected-relations.ts';
export { allRelations, relationFacts, sourcesOf } from './relation-facts.ts';
export type { RelationFacts } from './relation-facts.ts';
export { OPERATOR_ROLE, PROBE_BUCKETS, PROBE_SHARE_PURPOSE, PROBER_ROLE, rolesOf } from './grants.ts';
export { explainDecision, REASONS, requireAllowed } from './explain.ts';
export { planTemplate } from './plan-template.ts';
export type { PlannedColumn, PlannedDevice, PlannedSight, PlannedStream, TemplatePlan } from './plan-template.ts';
export { formatPlan } from './format-plan.ts';
export type { DevicesOfType } from './row-filter.ts';
export { weaknessesOf } from './weaknesses.ts';
export type { Weakness } from './weaknesses.ts';
