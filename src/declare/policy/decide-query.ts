import { PROBE_STREAM, stricterClass } from '#base/core/index.ts';
import type { Class } from '#base/core/index.ts';
import type { Role, Template } from '#declare/template/index.ts';
import { CLASS_RULES } from './class-rules.ts';
import { grantOf, proberRole, roleQueries, rolesOf } from './grants.ts';
import { relationFacts } from './relation-facts.ts';
import type { RelationFacts } from './relation-facts.ts';
import { beyondScope } from './scope.ts';
import type { ClassedColumn, HiddenColumn, Lineage, QueryDecision, Reason, Subject, VisibleColumn } from './types.ts';

/**
 * Decides what a subject may have of one relation for a purpose: which columns it sees, which of them masked, and
 * the rows. Pure.
 *
 * With several roles a column is seen as the most open of them shows it, and the row filters of all of them hold, so
 * that no cell is shown that not one role alone would show. Filters and masks hold for the relation that they name.
 *
 * @param purpose null where none was stated, which hides personal and stricter columns
 * @param lineage columns of the relation where the template does not say them, and classes of what is stored
 */
export function decideQuery(
  subject: Subject,
  relation: string,
  purpose: string | null,
  template: Template,
  lineage: Lineage | null = null,
): QueryDecision {
  const outer = refuseSubject(subject);
  if (outer !== null) return outer;
  const facts = relationFacts(template, relation);
  const queries = rolesOf(subject, template).filter((role) => roleQueries(role, relation, template));
  const mayProve = relation === PROBE_STREAM && grantOf(subject, 'prove', template) !== null;
  // Who may prove sees what the prober sent.
  if (mayProve) queries.push(proberRole());
  // A relation that does not exist and one that is not granted are told alike: neither exists for this subject.
  if (facts === null || queries.length === 0) return deny('not-granted', 'default-deny');
  const outside = beyondScope({ subject, action: 'query', resource: { type: 'view', name: relation }, purpose });
  if (outside !== null) return deny(outside, 'forbid-beyond-scope');
  if (purpose !== null && facts.purposes.length > 0 && !facts.purposes.includes(purpose)) {
    return deny('purpose-not-served', `${relation}.purposes`);
  }
  const roles = purpose === null ? queries : queries.filter((role) => role.purposes.includes(purpose));
  if (roles.length === 0) return deny('purpose-not-granted', `people.${queries[0]?.name ?? ''}.purposes`);
  const columns = lineage?.columns ?? facts.columns;
  if (columns === null) return deny('context-missing', 'forbid-unknown-columns');
  return grantColumns(roles, facts, columns, lineage?.stored ?? new Map(), purpose);
}

function grantColumns(
  roles: readonly Role[],
  facts: RelationFacts,
  columns: readonly ClassedColumn[],
  stored: ReadonlyMap<string, Class>,
  purpose: string | null,
): QueryDecision {
  const visible: VisibleColumn[] = [];
  const hidden: HiddenColumn[] = [];
  for (const column of columns) {
    const cls = stricterClass(column.class, stored.get(column.name) ?? column.class);
    const views = roles.map((role) => seeColumn(role, facts, column.name, cls, purpose));
    const clear = views.find((view) => 'mask' in view && view.mask === null);
    const shown = clear ?? views.find((view) => 'mask' in view);
    if (shown !== undefined && 'mask' in shown) visible.push({ name: column.name, mask: shown.mask });
    else hidden.push({ name: column.name, class: cls, why: whyHidden(views) });
  }
  const rule = `people.${roles[0]?.name ?? ''}.query`;
  if (visible.length === 0) return { ...deny('no-column', rule), hidden };
  const filters = new Set(roles.map((role) => role.rows.get(facts.name)).filter((filter) => filter !== undefined));
  const rowFilter = filters.size === 0 ? null : [...filters].map((filter) => `(${filter})`).join(' AND ');
  return { effect: 'allow', reason: 'granted', rule, obligations: { columns: visible, rowFilter }, hidden };
}

type Sight = { readonly mask: string | null } | { readonly why: HiddenColumn['why'] };

/** What one role sees of one column. A declared mask is a grant of the masked form, whatever the class. */
function seeColumn(role: Role, facts: RelationFacts, column: string, cls: Class, purpose: string | null): Sight {
  const rule = CLASS_RULES[cls];
  if (rule.seenBy === 'nobody') return { why: 'secret' };
  const mask = role.masks.get(`${facts.name}.${column}`) ?? null;
  if (mask === null && rule.seenBy === 'grant' && !role.sees.includes(cls)) return { why: 'class' };
  if (rule.needsPurpose && purpose === null) return { why: 'purpose' };
  if (rule.needsPurpose && facts.purposes.length === 0) return { why: 'purpose' };
  if (rule.needsBasis && !facts.hasBasis) return { why: 'basis' };
  return { mask };
}

/** The reason nearest to being seen, so that an explanation names what is missing last. */
function whyHidden(views: readonly Sight[]): HiddenColumn['why'] {
  const reasons = views.flatMap((view) => ('why' in view ? [view.why] : []));
  return (['basis', 'purpose', 'class'] as const).find((why) => reasons.includes(why)) ?? 'secret';
}

/** The denial that a subject meets whatever it asks for, or null. Devices never read. */
function refuseSubject(subject: Subject): QueryDecision | null {
  if (subject.id === '' || !['person', 'service', 'operator', 'device'].includes(subject.kind)) {
    return deny('subject-unknown', 'default-deny');
  }
  if (subject.kind === 'device') return deny('not-for-devices', 'forbid-device-beyond-streams');
  if (subject.standing === 'good') return null;
  return ['disabled', 'revoked', 'contained'].includes(subject.standing)
    ? deny(subject.standing, 'forbid-standing')
    : deny('context-missing', 'forbid-standing');
}

function deny(reason: Reason, rule: string): QueryDecision {
  return { effect: 'deny', reason, rule, obligations: null, hidden: [] };
}
