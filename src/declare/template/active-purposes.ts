import type { Role, Stream, View } from './types.ts';

/** What of a template decides which purposes are in use. */
export interface PurposeUse {
  readonly views: ReadonlyMap<string, Pick<View, 'from'>>;
  readonly people: ReadonlyMap<string, Pick<Role, 'query' | 'purposes'>>;
}

/**
 * The purposes of a stream that somebody uses: those that a role may state which queries the stream, or a view that is
 * made from it. Where no role is declared at all nobody can be asked, and all of them count.
 */
export function activePurposes(
  { name, purposes }: Pick<Stream, 'name' | 'purposes'>,
  { views, people }: PurposeUse,
): readonly string[] {
  if (people.size === 0) return purposes;
  const roles = [...people.values()].filter(
    ({ query }) => query === 'all' || query.some((relation) => isMadeFrom(relation, name, views)),
  );
  return purposes.filter((purpose) => roles.some((role) => role.purposes.includes(purpose)));
}

/** Whether a relation is a stream or made from it, by however many views. Bounded by the views there are. */
function isMadeFrom(relation: string, stream: string, views: PurposeUse['views']): boolean {
  const seen = new Set<string>();
  const open = [relation];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === stream) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...(views.get(next)?.from ?? []));
  }
  return false;
}
