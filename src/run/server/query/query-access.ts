import { FIELD_TYPES, stricterClass } from '#base/core/index.ts';
import type { Class } from '#base/core/index.ts';
import { isProtected, purposesInScope, relationFacts, rolesOf } from '#declare/policy/index.ts';
import type { AccessContext, ClassedColumn, Decision, DecisionPoint, Reason, Subject } from '#declare/policy/index.ts';
import type { Template } from '#declare/template/index.ts';
import { grantOf, SQL_TYPES } from '#flow/query/index.ts';
import type { AstNode, GovernedColumn, GovernedRelation, Grants, RelationGrant, Relations } from '#flow/query/index.ts';
import type { Segment } from '#flow/store/index.ts';

/** What is declared, and who decides about it. */
export interface Declared {
  readonly template: Template;
  readonly relations: Relations;
  readonly decisions: DecisionPoint;
  /** What else a policy may need to know of the request. */
  readonly context?: AccessContext;
  /** Columns of a table, or of what of a stream is not sealed, that hold originals although they are declared tokens. */
  readonly unsealed?: (relation: string) => ReadonlySet<string>;
}

/** What one subject may have of all relations, and why a purpose kept it from some. */
export interface QueryAccess {
  readonly relations: Relations;
  readonly grants: Grants;
  /** Relations that would be there for another purpose. */
  readonly otherPurpose: ReadonlySet<string>;
  /** Relations that have to stay in a region which the subject is outside of. */
  readonly otherRegion: ReadonlySet<string>;
  /** The policies that decided about each relation that is granted. */
  readonly policies: ReadonlyMap<string, readonly string[]>;
}

/**
 * Decides about every relation for a subject and purpose. Columns follow the stricter of the class that is declared
 * and the classes that segments were sealed under.
 *
 * @param parseCondition gives the tree of a row filter; a filter that is none hides its relation
 */
export async function decideAccess(
  subject: Subject,
  purpose: string | null,
  declared: Declared,
  segments: readonly Segment[],
  parseCondition: (condition: string) => Promise<AstNode | null>,
): Promise<QueryAccess> {
  const { template, decisions, context } = declared;
  const relations = forPurpose(declared.relations, purpose);
  const stored = storedClasses(segments);
  const originals = originalsIn(relations, segments, declared.unsealed ?? ((): ReadonlySet<string> => new Set()));
  const labels = storedRegions(relations, segments);
  const grants = new Map<string, RelationGrant>();
  const otherRegion = new Set<string>();
  const otherPurpose = new Set<string>();
  const withheld = new Set<string>();
  const policies = new Map<string, readonly string[]>();
  for (const relation of relations.values()) {
    const lineage = {
      columns: classed(relation.columns),
      stored: stored.get(relation.name) ?? new Map<string, Class>(),
      originals: originals(relation),
      regions: labels(relation.name),
    };
    const decision = decisions.decideQuery(subject, relation.name, purpose, template, lineage, context);
    if (decision.obligations === null) {
      if (decision.reason === 'purpose-not-granted' || decision.reason === 'purpose-not-served')
        otherPurpose.add(relation.name);
      if (decision.reason === 'beyond-region') otherRegion.add(relation.name);
      const byRows = decision.reason === 'no-row' || decision.reason === 'rows-unknown';
      if (byRows || isRestricted(subject, relation.name, template)) withheld.add(relation.name);
      continue;
    }
    const grant = await grantOf(relation, decision.obligations, parseCondition);
    if (grant === null) withheld.add(relation.name);
    else grants.set(relation.name, grant);
    policies.set(relation.name, [...decision.policies, ...milderBy(template, relation.name)]);
  }
  for (const name of grants.keys()) if (isMadeFrom(name, withheld, relations)) grants.delete(name);
  return { relations, grants, otherPurpose, otherRegion, policies };
}

/** The rules by which columns of a view are less strict than what they are made from: on record with each answer. */
function milderBy({ views }: Template, name: string): readonly string[] {
  return (views.get(name)?.declassify ?? []).map(({ rule }) => `views.${name}.declassify.${rule}`);
}

/** The relations as a purpose sees them: a column that is for others alone shows nothing, in views either. */
function forPurpose(relations: Relations, purpose: string | null): Relations {
  const isOther = ({ purposes }: GovernedColumn): boolean =>
    purposes !== undefined && (purpose === null || !purposes.includes(purpose));
  return new Map(
    [...relations].map(([name, relation]) => {
      if (!relation.columns.some(isOther)) return [name, relation];
      const columns = relation.columns.map((column) =>
        isOther(column) ? { ...column, hidden: true as const } : column,
      );
      return [name, { ...relation, columns }];
    }),
  );
}

/**
 * Decides about exporting a relation, and whether something has to be done to its rows whoever asks.
 *
 * @returns null where there is no such relation
 */
export function decideExport(
  subject: Subject,
  name: string,
  purpose: string | null,
  declared: Declared,
  segments: readonly Segment[],
): { readonly decision: Decision; readonly obligation: string | null } | null {
  const { template, decisions, context } = declared;
  const relations = forPurpose(declared.relations, purpose);
  const relation = relations.get(name);
  if (relation === undefined) return null;
  const originals = originalsIn(relations, segments, declared.unsealed ?? ((): ReadonlySet<string> => new Set()));
  const lineage = {
    columns: classed(relation.columns),
    stored: storedClasses(segments).get(name) ?? new Map<string, Class>(),
    originals: originals(relation),
    regions: storedRegions(relations, segments)(name),
  };
  const resource = { type: 'view', name } as const;
  const asked = { subject, action: 'export', resource, purpose, context: { ...context, lineage } } as const;
  const decision = decisions.decide(asked, template);
  const shown = relation.columns.filter(({ hidden }) => hidden !== true).map(({ name }) => name);
  const obligations = decision.obligations && {
    ...decision.obligations,
    columns: decision.obligations.columns.filter(({ name }) => shown.includes(name)),
  };
  return { decision: { ...decision, obligations }, obligation: obligationOf(relation, template) };
}

/** What has to be done to the rows of a stream whoever asks, so that they are seen through the platform alone. */
function obligationOf({ name, consent, withheld }: GovernedRelation, template: Template): string | null {
  if (consent !== undefined) return 'consent';
  if (withheld !== undefined) return 'erasure';
  return isProtected(template, name) ? 'privacy' : null;
}

/** Why a relation does not exist for a subject, as far as it can be told. */
const ABSENT: readonly Reason[] = ['not-granted', 'no-row', 'rows-unknown'];

/** Columns as the policy takes them: with their type where fields can have it. */
function classed(columns: readonly GovernedColumn[]): readonly ClassedColumn[] {
  return columns.map(({ name, class: cls, seenAs, sqlType }) => {
    const type = FIELD_TYPES.find((each) => SQL_TYPES[each] === sqlType);
    return { name, class: cls, ...(seenAs === undefined ? {} : { seenAs }), ...(type === undefined ? {} : { type }) };
  });
}

/** Whether a role of the subject shows only some rows of a relation, or masks it. */
function isRestricted(subject: Subject, relation: string, template: Template): boolean {
  return rolesOf(subject, template).some(
    ({ rows, masks }) => rows.has(relation) || [...masks.keys()].some((target) => target.startsWith(`${relation}.`)),
  );
}

/**
 * Whether a view is made from a relation that is withheld: its restrictions hold within views too, and what cannot be
 * applied there must not be lost there.
 */
function isMadeFrom(name: string, withheld: ReadonlySet<string>, relations: Relations): boolean {
  const from = relations.get(name)?.from ?? [];
  return from.some((source) => withheld.has(source) || isMadeFrom(source, withheld, relations));
}

/**
 * The columns of a relation that are declared tokens and of which something is stored that is none: readings from before
 * a field became an identifier keep what they hold. What is made from such a column may show it, so in a view over it
 * every column counts.
 */
function originalsIn(
  relations: Relations,
  segments: readonly Segment[],
  unsealed: (relation: string) => ReadonlySet<string>,
): (relation: GovernedRelation) => ReadonlySet<string> {
  const sealed = new Map<string, Set<string>>();
  for (const { stream, columns } of segments) {
    let of = sealed.get(stream);
    if (of === undefined) sealed.set(stream, (of = new Set()));
    for (const { name, tokens } of columns) if (tokens === undefined) of.add(name);
  }
  const own = ({ name, columns }: GovernedRelation): string[] =>
    columns
      .filter((column) => column.seenAs !== undefined && column.seenAs !== column.class)
      .filter((column) => sealed.get(name)?.has(column.name) === true || unsealed(name).has(column.name))
      .map((column) => column.name);
  const taints = (name: string): boolean => {
    const relation = relations.get(name);
    return relation !== undefined && (relation.kind === 'view' ? relation.from.some(taints) : own(relation).length > 0);
  };
  return (relation) => {
    if (relation.kind !== 'view') return new Set(own(relation));
    return new Set(relation.from.some(taints) ? relation.columns.map(({ name }) => name) : []);
  };
}

/** The regions that segments of what a relation is made from are labelled with. */
function storedRegions(relations: Relations, segments: readonly Segment[]): (relation: string) => readonly string[] {
  const own = new Map<string, Set<string>>();
  for (const { stream, region } of segments) {
    if (region !== undefined) own.set(stream, (own.get(stream) ?? new Set()).add(region));
  }
  const of = (name: string): readonly string[] => [
    ...(own.get(name) ?? []),
    ...(relations.get(name)?.from ?? []).flatMap(of),
  ];
  return (name) => (own.size === 0 ? [] : [...new Set(of(name))].sort());
}

/** The strictest class under which each column of a stream is sealed. */
function storedClasses(segments: readonly Segment[]): ReadonlyMap<string, ReadonlyMap<string, Class>> {
  const classes = new Map<string, Map<string, Class>>();
  for (const { stream, columns } of segments) {
    let of = classes.get(stream);
    if (of === undefined) classes.set(stream, (of = new Map()));
    for (const { name, class: cls } of columns) of.set(name, stricterClass(cls, of.get(name) ?? cls));
  }
  return classes;
}

/**
 * The purpose that a statement has without stating one: the only one that all relations which it names share. Relations
 * that do not exist for the subject do not count, or their names could be found out by trying.
 *
 * @param sql the statement's text; a relation counts where its name stands in it as a word
 */
export function impliedPurpose(
  sql: string,
  subject: Subject,
  { template, relations, decisions, context }: Declared,
): string | null {
  const words = new Set(sql.toLowerCase().match(/[a-z_][a-z0-9_]*/g) ?? []);
  const declared = [...relations.values()]
    .map((relation) => ({ ...relation, purposes: servedBy(template, relation.name) }))
    .filter(
      ({ name, purposes, columns }) =>
        purposes.length > 0 &&
        words.has(name.toLowerCase()) &&
        !ABSENT.includes(
          decisions.decideQuery(
            subject,
            name,
            null,
            template,
            { columns: classed(columns), stored: new Map() },
            context,
          ).reason,
        ),
    );
  const [first, ...rest] = declared.map(({ purposes }) => purposes);
  const shared = purposesInScope(subject, first ?? []).filter((purpose) =>
    rest.every((each) => each.includes(purpose)),
  );
  return shared.length === 1 ? (shared[0] ?? null) : null;
}

/** The purposes that a relation is there for: a view that names none, those that its sources share. */
function servedBy(template: Template, name: string): readonly string[] {
  return (relationFacts(template, name)?.purposes ?? []).filter((purpose) => purpose !== '');
}

/** The first of some relations that is there for several purposes, of which a statement has to state one. */
export function askingPurpose(
  template: Template,
  names: readonly string[],
): { readonly name: string; readonly purposes: readonly string[] } | null {
  for (const name of names) {
    const purposes = servedBy(template, name);
    if (purposes.length > 0 && relationFacts(template, name)?.unstated !== 'show') return { name, purposes };
  }
  return null;
}
