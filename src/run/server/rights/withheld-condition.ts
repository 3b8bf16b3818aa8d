import { formatMicros } from '#base/core/index.ts';
import type { StoredPlace, SubjectRequest } from '#assure/privacy/index.ts';

/**
 * The rows that nobody is shown since persons asked for it, by relation, as conditions in SQL. Those of an erasure were
 * received before it; those of a restriction are all that there are while it stands. Null where they cannot be told from the
 * others yet.
 */
export function withheldConditions(requests: readonly SubjectRequest[]): ReadonlyMap<string, string | null> {
  const parts = new Map<string, string[]>();
  const unknown = new Set<string>();
  for (const request of requests) {
    if (!isWithholding(request)) continue;
    for (const [relation, places] of Map.groupBy(request.places, (place) => place.relation)) {
      // Rows hold originals, and no original is known any more: which rows are meant shows only as they are written anew.
      if (places.some(({ domain, values }) => domain === null && values.length === 0)) unknown.add(relation);
      const named = places.map(namedIn).join(' OR ');
      const isBefore = request.kind === 'erase' && places[0]?.kind === 'stream';
      const meant = isBefore ? `(${named}) AND received < TIMESTAMPTZ '${formatMicros(request.received)}'` : named;
      parts.set(relation, [...(parts.get(relation) ?? []), `(${meant})`]);
    }
  }
  return new Map(
    [...parts].map(([relation, conditions]) => [relation, unknown.has(relation) ? null : conditions.join(' OR ')]),
  );
}

function isWithholding({ kind, state }: SubjectRequest): boolean {
  return (kind === 'erase' && state === 'open') || (kind === 'restrict' && state === 'standing');
}

function namedIn({ column, type, values }: StoredPlace): string {
  // A value of another type is none that the column can hold, and would end every statement with an error.
  const fitting = values.filter((value) => (typeof value === 'number') === (type === 'integer'));
  const list = fitting.map((value) => (typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`));
  return list.length === 0 ? 'false' : `coalesce("${column}" IN (${list.join(', ')}), false)`;
}
