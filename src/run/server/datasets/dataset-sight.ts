import { canonicalJson } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import type { Subject } from '#declare/policy/index.ts';
import { formatAst } from '#flow/query/index.ts';
import type { GovernedRelation, RelationGrant } from '#flow/query/index.ts';
import type { QueryAccess } from '../query/query-access.ts';
import { scopeNameOf } from './dataset.ts';
import type { Dataset, FrozenRelation } from './dataset.ts';

/** The relations of a frozen answer as they were granted. */
export function frozenRelations(
  names: readonly string[],
  { relations, grants, policies }: QueryAccess,
): readonly FrozenRelation[] {
  return names.map((name) => {
    const grant = grants.get(name);
    return {
      name,
      kind: relations.get(name)?.kind ?? 'view',
      policies: policies.get(name) ?? [],
      columns: (grant?.columns ?? []).map((column) => ({
        name: column.name,
        mask: maskOf(column, relations.get(name)),
      })),
      filter: filterDigest(grant),
    };
  });
}

/**
 * Whether what was frozen may be seen under the grants of this moment: each relation that was granted still is, none
 * shows fewer columns or rows, or a column less clearly. What is wider now changes nothing: the rows are those of then.
 */
export function maySee(
  { relations }: Pick<Dataset, 'relations'>,
  { grants, relations: now }: Pick<QueryAccess, 'grants' | 'relations'>,
): boolean {
  return relations.every(({ name, columns, filter }) => {
    const grant = grants.get(name);
    // What was read through a view alone needs no grant of its own, then or now.
    if (grant === undefined) return columns.length === 0;
    const restricted = filterDigest(grant);
    if (restricted !== null && restricted !== filter) return false;
    return columns.every((column) => {
      const seen = grant.columns.find((other) => other.name === column.name);
      const mask = seen === undefined ? undefined : maskOf(seen, now.get(name));
      return mask !== undefined && (mask === null || mask === column.mask);
    });
  });
}

/**
 * The subject as it asks for what a dataset was made from. A credential for the dataset alone stands for its holder's
 * views there, and for nothing elsewhere.
 */
export function asHolder(subject: Subject, name: string): Subject {
  const { scope } = subject;
  if (scope?.views?.includes(scopeNameOf(name)) !== true) return subject;
  return { ...subject, scope: { ...scope, views: null } };
}

/** How a column is seen: a column that is for other purposes is not. */
function maskOf(
  { name, mask }: RelationGrant['columns'][number],
  relation: GovernedRelation | undefined,
): string | null {
  return relation?.columns.some((column) => column.name === name && column.hidden === true) === true ? 'null' : mask;
}

function filterDigest(grant: RelationGrant | undefined): string | null {
  if (grant === undefined || grant.rowFilter === null) return null;
  // As the tree writes it, members in one order.
  return sha256Hex(canonicalJson(JSON.parse(formatAst(grant.rowFilter)) as Json));
}
