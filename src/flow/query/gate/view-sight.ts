import type { Grants, GovernedRelation, Relations } from '../relations.ts';
import type { AstNode } from './ast.ts';

/**
 * A view sees what its author declared: all columns of the relations in `from`. The subject's own masks and row
 * filters on those hold inside it all the same, so that a view cannot show what they hide; nor what is for other purposes.
 */
export function authorGrants(view: GovernedRelation, relations: Relations, grants: Grants): Grants {
  const own = new Map<string, { columns: { name: string; mask: string | null }[]; rowFilter: AstNode | null }>();
  for (const name of view.from) {
    const relation = relations.get(name);
    if (relation === undefined) continue;
    const grant = grants.get(name);
    const masks = new Map(grant?.columns.map((column) => [column.name, column.mask]));
    const columns = relation.columns.map((column) => ({
      name: column.name,
      mask: column.hidden === true ? 'null' : (masks.get(column.name) ?? null),
    }));
    own.set(name, { columns, rowFilter: grant?.rowFilter ?? null });
  }
  return own;
}

/** Whether the subject could ask for all of this itself: in clear, and for every row. */
export function isCovered(used: ReadonlyMap<string, ReadonlySet<string>>, subject: Grants): boolean {
  return [...used].every(([name, columns]) => {
    const grant = subject.get(name);
    const clear = new Set(grant?.columns.flatMap((column) => (column.mask === null ? [column.name] : [])));
    return grant !== undefined && grant.rowFilter === null && [...columns].every((column) => clear.has(column));
  });
}
