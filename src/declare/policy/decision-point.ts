import type { Template } from '#declare/template/index.ts';
import type { Action } from './actions.ts';
import { CedarEngine } from './cedar-engine.ts';
import { cedarRequest } from './cedar-request.ts';
import { SEE } from './cedar-schema.ts';
import { cacheKey, DecisionCache } from './decision-cache.ts';
import { rolesOf } from './grants.ts';
import { intersectDecisions } from './intersect-decisions.ts';
import type { PolicyAction } from './platform-policies.ts';
import { isData } from './platform-policies.ts';
import { PolicyVersion } from './policy-version.ts';
import { relationFacts } from './relation-facts.ts';
import { locationOf, mayStand, stayOf } from './residency.ts';
import { rowRule } from './row-filter.ts';
import type { DevicesOfType } from './row-filter.ts';
import type { RowCondition } from './row-condition.ts';
import { beyondScope } from './scope.ts';
import { seeColumns } from './see-columns.ts';
import type { AccessContext, AccessRequest, Lineage, QueryDecision, Reason, RegionTransfer, Subject } from './types.ts';
import { illFormed } from './well-formed.ts';
import { reasonOfDefault, reasonOfForbid } from './why-denied.ts';

/** Versions of the policies that are kept ready: the one in force, one that is being weighed, and those just left. */
const MOST_VERSIONS = 4;

interface ReadyVersion {
  readonly policies: PolicyVersion;
  readonly decisions: DecisionCache<QueryDecision>;
  /** By action: what decisions depend on besides the request itself, null where they cannot be kept. */
  readonly reads: Map<Action, readonly string[] | null>;
}

/**
 * The one place where it is decided whether a subject may do an action to a resource for a purpose. The answer is
 * Cedar's over the policies that the template implies and names: forbid beats permit, what nothing permits is denied,
 * what a policy needs to know and was not told denies. The same request and template give the same decision, so that
 * decisions are kept by version of the template wherever the policies make them constant.
 *
 * @see NIST SP 800-207 section 3, policy decision point; NIST SP 800-162
 */
export class DecisionPoint {
  readonly #engine: CedarEngine;
  readonly #devicesOfType: DevicesOfType | null;
  readonly #transfers: () => readonly RegionTransfer[];
  readonly #versions = new Map<string, ReadyVersion>();

  /**
   * @param devicesOfType the inventory, for policies that ask for the type of a row's device; without it they only read
   * @param transfers between regions that are in force now
   */
  constructor(
    engine: CedarEngine = new CedarEngine(),
    devicesOfType: DevicesOfType | null = null,
    transfers: () => readonly RegionTransfer[] = () => [],
  ) {
    this.#engine = engine;
    this.#devicesOfType = devicesOfType;
    this.#transfers = transfers;
  }

  /**
   * Decides a request: what it is (well formed), who asks (an agent counts as itself and as the person it acts for),
   * then the policies.
   */
  decide(asked: AccessRequest, template: Template): QueryDecision {
    const wrong = illFormed(asked);
    if (wrong !== null) return deny(wrong.reason, wrong.rule);
    const request = { ...asked, context: { transfers: this.#transfers(), ...asked.context } };
    const own = this.#decideOne(request, template);
    const { subject } = request;
    if (subject.kind !== 'agent' || subject.actsFor === undefined) return own;
    return intersectDecisions(own, this.#decideOne({ ...request, subject: subject.actsFor }, template));
  }

  /**
   * Decides what a subject may have of one relation for a purpose: which columns it sees, which of them masked, and
   * the rows. With several roles the row filters of all of them hold, so that no cell is shown that not one role alone
   * would show. Filters and masks hold for the relation that they name.
   *
   * @param purpose null where none was stated, which hides personal and stricter columns
   * @param lineage columns of the relation where the template does not say them, and classes of what is stored
   */
  decideQuery(
    subject: Subject,
    relation: string,
    purpose: string | null,
    template: Template,
    lineage: Lineage | null = null,
    context: AccessContext = {},
  ): QueryDecision {
    const known = lineage === null ? context : { ...context, lineage };
    const request = {
      subject,
      action: 'query',
      resource: { type: 'view', name: relation },
      purpose,
      context: known,
    } as const;
    return this.decide(request, template);
  }

  /**
   * Decides whether what shows readings of a stream and is no relation, such as an alert, may be given to somewhere.
   *
   * @param stream null for what is of none
   * @param at a region; null where nothing says
   */
  mayBeGiven(stream: string | null, at: string | null, template: Template): boolean {
    return mayStand(stayOf(stream, template), at, this.#transfers());
  }

  /** The same for a subject, an agent counting as itself and as the person it acts for. */
  mayBeGivenTo(subject: Subject, stream: string | null, template: Template): boolean {
    const all = subject.kind === 'agent' && subject.actsFor !== undefined ? [subject, subject.actsFor] : [subject];
    return all.every((one) => this.mayBeGiven(stream, locationOf(one, template), template));
  }

  /** The policies of a template, ready to be asked. @throws {PolicyError} POLICY_INVALID */
  policiesOf(template: Template): PolicyVersion {
    return this.#ready(template).policies;
  }

  #decideOne(request: AccessRequest, template: Template): QueryDecision {
    const version = this.#ready(template);
    // The inventory changes without another version.
    const enumerates = this.#devicesOfType !== null && version.policies.asksDeviceType;
    const apart = (enumerates && isData(request.action)) || request.context.row !== undefined;
    const reads = apart ? null : readsOf(version, request.action);
    const make = (): QueryDecision =>
      isData(request.action)
        ? decideData(request, { template, version: version.policies, devicesOfType: this.#devicesOfType })
        : decideAction(request, template, version.policies);
    return reads === null ? make() : version.decisions.remember(cacheKey(request, reads), make);
  }

  #ready(template: Template): ReadyVersion {
    const known = this.#versions.get(template.digest);
    if (known !== undefined) return known;
    const policies = new PolicyVersion(template, this.#engine);
    const made: ReadyVersion = { policies, decisions: new DecisionCache(), reads: new Map() };
    this.#versions.set(template.digest, made);
    for (const [digest, { policies: old }] of this.#versions) {
      if (this.#versions.size <= MOST_VERSIONS) break;
      this.#versions.delete(digest);
      old[Symbol.dispose]();
    }
    return made;
  }
}

function readsOf({ reads, policies }: ReadyVersion, action: Action): readonly string[] | null {
  const known = reads.get(action);
  if (known !== undefined) return known;
  const asked: readonly PolicyAction[] = isData(action) ? [action, 'query', SEE] : [action];
  const each = asked.map((one) => policies.readsOf(one));
  const all = each.includes(null) ? null : [...new Set(each.flatMap((one) => one ?? []))];
  reads.set(action, all);
  return all;
}

/** What is none on data: the scope of the credential first, which never grants, then the policies. */
function decideAction(request: AccessRequest, template: Template, version: PolicyVersion): QueryDecision {
  const { allowed, policies, failed } = version.ask(cedarRequest(request, template));
  const outside = beyondScope(request);
  if (allowed) return outside === null ? allow(policies) : deny(outside, 'forbid-beyond-scope');
  const forbidding = policies[0];
  if (forbidding !== undefined) return deny(reasonOfForbid(forbidding, request), forbidding, policies);
  if (outside !== null) return deny(outside, 'forbid-beyond-scope');
  if (failed.length > 0) return deny('context-missing', failed[0] === '*' ? 'default-deny' : (failed[0] ?? ''));
  return deny(reasonOfDefault(request), 'default-deny');
}

/** What all policies of an action on data say: of the view as a whole, and of which of its rows. */
interface DataAnswer {
  readonly allowed: boolean;
  readonly policies: readonly string[];
  /** The rows that it is allowed for. */
  readonly rows: RowCondition;
  /** Where policies about rows keep the whole view away: why, and which of them. */
  readonly withheld: { readonly reason: Reason; readonly rule: string } | null;
}

function askData(request: AccessRequest, { template, version, devicesOfType }: Asked): DataAnswer {
  const { allowed, policies, failed } = version.ask(cedarRequest(request, template));
  const settled = !allowed && (policies.length > 0 || failed.length > 0);
  if (settled || version.byRow(request.action).length === 0) {
    return { allowed, policies, rows: allowed, withheld: null };
  }
  const { condition, ...rule } = rowRule(request, allowed, template, version, devicesOfType);
  const used = [...policies, ...rule.policies];
  if (condition !== false) return { allowed: true, policies: used, rows: condition, withheld: null };
  // What nothing permits is denied like any view that is not granted.
  if (!rule.permitted && rule.unknown === null) return { allowed: false, policies: [], rows: false, withheld: null };
  const by = rule.forbidding ?? rule.policies[0] ?? 'default-deny';
  return {
    allowed: false,
    policies: rule.forbidding === null ? [] : [rule.forbidding],
    rows: false,
    withheld: { reason: rule.unknown === null ? 'no-row' : 'rows-unknown', rule: by },
  };
}

/** What a decision is made with. */
interface Asked {
  readonly template: Template;
  readonly version: PolicyVersion;
  readonly devicesOfType: DevicesOfType | null;
}

/**
 * Data: the view, then its columns, then its rows. Export and detokenising are grants of their own on top of the query.
 * A relation that does not exist and one that is not granted are told alike: neither exists for this subject.
 */
function decideData(request: AccessRequest, asked: Asked): QueryDecision {
  if (request.action === 'query') return decideQueryOf(request, asked);
  const extra = askData(request, asked);
  if (!extra.allowed) return refuseData(request, extra);
  const query = decideQueryOf({ ...request, action: 'query' }, asked, request.action);
  if (query.effect === 'deny' || query.obligations === null) return query;
  const outside = beyondScope(request);
  if (outside !== null) return deny(outside, 'forbid-beyond-scope');
  const narrower = sqlOf(extra.rows);
  const rowFilter = narrower === null ? query.obligations.rowFilter : filterOf([query.obligations.rowFilter, narrower]);
  return {
    ...query,
    rule: extra.policies[0] ?? query.rule,
    policies: [...extra.policies, ...query.policies],
    obligations: { ...query.obligations, rowFilter },
  };
}

/** @param use what it is asked for: columns that may be seen may still not be taken out */
function decideQueryOf(request: AccessRequest, asked: Asked, use: Action = 'query'): QueryDecision {
  const { resource, purpose, context } = request;
  const { template, version } = asked;
  const facts = relationFacts(template, resource.name);
  const outside = beyondScope(request);
  if (facts === null) return deny('not-granted', 'default-deny');
  const answer = askData(request, asked);
  if (!answer.allowed) {
    // Whoever would be let in without a purpose is told that the purpose is what keeps them out.
    const without = purpose === null ? answer : askData({ ...request, purpose: null }, asked);
    if (!without.allowed)
      return refuseData(request, {
        ...answer,
        policies: answer.policies.filter((id) => id !== 'forbid-purpose-not-served'),
      });
    if (outside !== null) return deny(outside, 'forbid-beyond-scope');
    if (answer.policies.includes('forbid-purpose-not-served')) {
      return deny('purpose-not-served', `${resource.name}.purposes`, answer.policies);
    }
    if (answer.withheld !== null) return deny(answer.withheld.reason, answer.withheld.rule, answer.policies);
    const forbidding = answer.policies[0];
    if (forbidding !== undefined) return deny('forbidden', forbidding, answer.policies);
    return deny('purpose-not-granted', (without.policies[0] ?? 'default-deny').replace(/\.query$/, '.purposes'));
  }
  if (outside !== null) return deny(outside, 'forbid-beyond-scope');
  const columns = context.lineage?.columns ?? facts.columns;
  if (columns === null) return deny('context-missing', 'forbid-unknown-columns');
  const roles = rolesOf(request.subject, template).filter(({ name }) =>
    answer.policies.includes(`people.${name}.query`),
  );
  const { visible, hidden, policies } = seeColumns(
    { ...request, action: use },
    facts,
    columns,
    roles,
    template,
    version,
  );
  const rule = answer.policies[0] ?? 'default-deny';
  if (visible.length === 0) {
    const byRegion = hidden.some(({ why }) => why === 'region');
    const [reason, by] = byRegion
      ? (['beyond-region', 'forbid-outside-region'] as const)
      : (['no-column', rule] as const);
    return { ...deny(reason, by, [...answer.policies, ...policies]), hidden };
  }
  const ofFiles = version.files.filter(({ id }) => answer.policies.includes(id)).map(({ rows }) => rows);
  const ofRoles = roles.map(({ rows }) => rows.get(facts.name) ?? null);
  const rowFilter = filterOf([...ofRoles, ...ofFiles, sqlOf(answer.rows)]);
  const obligations = { columns: visible, rowFilter };
  return { ...allow([...answer.policies, ...policies]), rule, obligations, hidden };
}

/** One condition that all filters hold, null where there is none. */
function filterOf(filters: readonly (string | null)[]): string | null {
  const each = new Set(filters.filter((filter) => filter !== null));
  return each.size === 0 ? null : [...each].map((filter) => `(${filter})`).join(' AND ');
}

function sqlOf(rows: RowCondition): string | null {
  return typeof rows === 'boolean' ? null : rows.sql;
}

function refuseData(request: AccessRequest, { policies, withheld }: DataAnswer): QueryDecision {
  if (withheld !== null) return deny(withheld.reason, withheld.rule, policies);
  const forbidding = policies.find((id) => id !== 'forbid-unknown-resource');
  return forbidding === undefined
    ? deny('not-granted', 'default-deny')
    : deny(reasonOfForbid(forbidding, request), forbidding, policies);
}

function allow(policies: readonly string[]): QueryDecision {
  return { effect: 'allow', reason: 'granted', rule: policies[0] ?? '', policies, obligations: null, hidden: [] };
}

function deny(reason: Reason, rule: string, policies: readonly string[] = []): QueryDecision {
  return { effect: 'deny', reason, rule, policies, obligations: null, hidden: [] };
}
