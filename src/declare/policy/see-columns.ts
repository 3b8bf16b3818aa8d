import { stricterClass } from '#base/core/index.ts';
import type { Class } from '#base/core/index.ts';
import { classRules } from '#declare/template/index.ts';
import type { Role, Template } from '#declare/template/index.ts';
import { columnRequest } from './cedar-request.ts';
import { classMaskId } from './platform-policies.ts';
import type { PolicyVersion } from './policy-version.ts';
import type { RelationFacts } from './relation-facts.ts';
import type { AccessRequest, ClassedColumn, HiddenColumn, VisibleColumn } from './types.ts';

/** What of a relation a subject sees, and the policies that showed it. */
export interface SeenColumns {
  readonly visible: readonly VisibleColumn[];
  readonly hidden: readonly HiddenColumn[];
  readonly policies: readonly string[];
}

/**
 * Decides about each column of a relation that may be queried. Columns of one class that no policy names are decided
 * once. With several roles a column is seen as the most open of them shows it.
 *
 * @param roles the roles that may query the relation for the purpose, in order of the template
 */
export function seeColumns(
  request: AccessRequest,
  facts: RelationFacts,
  columns: readonly ClassedColumn[],
  roles: readonly Role[],
  template: Template,
  version: PolicyVersion,
): SeenColumns {
  const stored = request.context.lineage?.stored ?? new Map<string, Class>();
  const originals = request.context.lineage?.originals ?? new Set<string>();
  const alike = new Map<string, Sight>();
  const used = new Set<string>();
  const visible: VisibleColumn[] = [];
  const hidden: HiddenColumn[] = [];
  for (const { name, class: declared, seenAs: milder } of columns) {
    const cls = stricterClass(declared, stored.get(name) ?? declared);
    const seenAs = cls !== declared || originals.has(name) ? cls : (milder ?? cls);
    const named = version.namesColumns || roles.some(({ masks }) => masks.has(`${facts.name}.${name}`));
    const key = `${cls} ${seenAs}${named ? ` ${name}` : ''}`;
    const sight = alike.get(key) ?? seeColumn(request, facts, { name, class: cls, seenAs }, roles, template, version);
    alike.set(key, sight);
    for (const policy of sight.policies) used.add(policy);
    if ('why' in sight) hidden.push({ name, class: cls, why: sight.why });
    else visible.push({ name, mask: sight.mask });
  }
  return { visible, hidden, policies: [...used] };
}

type Sight = { readonly policies: readonly string[] } & (
  | { readonly mask: string | null }
  | { readonly why: HiddenColumn['why'] }
);

function seeColumn(
  request: AccessRequest,
  facts: RelationFacts,
  column: ClassedColumn,
  roles: readonly Role[],
  template: Template,
  version: PolicyVersion,
): Sight {
  const { allowed, policies } = version.ask(columnRequest(request, facts, column, template));
  if (!allowed) return { policies, why: whyHidden(policies, column, facts, roles) };
  const byClass = classRules(template)[column.class].mask;
  const masks = policies.map((id) =>
    id === classMaskId(column.class) ? byClass : maskOf(id, `${facts.name}.${column.name}`, roles, version),
  );
  return { policies, mask: masks.includes(null) ? null : (masks[0] ?? null) };
}

/** The mask that a policy which shows a column asks for; null shows it in clear. */
function maskOf(id: string, target: string, roles: readonly Role[], version: PolicyVersion): string | null {
  const role = roles.find(({ name }) => id === `people.${name}.masks.${target}`);
  if (role !== undefined) return role.masks.get(target) ?? null;
  return version.files.find((policy) => policy.id === id)?.mask ?? null;
}

/** What is missing last: a class that no role sees comes before what a purpose or basis would open. */
function whyHidden(
  policies: readonly string[],
  column: ClassedColumn,
  facts: RelationFacts,
  roles: readonly Role[],
): HiddenColumn['why'] {
  if (policies.includes('forbid-secret')) return 'secret';
  if (policies.includes('forbid-outside-region')) return 'region';
  if (policies.some((id) => id.startsWith('forbid-export'))) return 'export';
  const seenAs = column.seenAs ?? column.class;
  const granted = roles.some(({ sees, masks }) => sees.includes(seenAs) || masks.has(`${facts.name}.${column.name}`));
  if (!granted && seenAs !== 'public') return 'class';
  if (policies.includes('forbid-without-purpose')) return 'purpose';
  return policies.includes('forbid-without-basis') ? 'basis' : 'policy';
}
