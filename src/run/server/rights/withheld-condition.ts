import { formatMicros } from '#base/core/index.ts';
import type { Rectification, StoredPlace, SubjectRequest } from '#assure/privacy/index.ts';
import { isRefusing } from './refused-subjects.ts';

/**
 * The rows that nobody is shown since persons asked for it, by relation, as conditions in SQL. Where nothing more is taken
 * of a person it is all that there is of them, else what was received before they asked. Null where they cannot be told
 * from the others yet.
 *
 * @param formsOf whatever a token may be shown as, itself first
 */
export function withheldConditions(
  requests: readonly SubjectRequest[],
  formsOf: FormsOf = (_, token) => [token],
): ReadonlyMap<string, string | null> {
  const parts = new Map<string, string[]>();
  const unknown = new Set<string>();
  for (const request of requests) {
    if (!isWithholding(request)) continue;
    for (const [relation, places] of Map.groupBy(request.places, (place) => place.relation)) {
      // Rows hold originals, and no original is known any more: which rows are meant shows only as they are written anew.
      if (places.some(({ domain, values }) => domain === null && values.length === 0)) unknown.add(relation);
      const named = places.map((place) => namedIn(place, formsOf)).join(' OR ');
      const isBefore = !isRefusing(request) && places[0]?.kind === 'stream';
      const limits = [
        ...(isBefore ? [`received < TIMESTAMPTZ '${formatMicros(request.received)}'`] : []),
        ...(request.change === undefined ? [] : wrongIn(request.change)),
      ];
      const meant = limits.length === 0 ? named : [`(${named})`, ...limits].join(' AND ');
      parts.set(relation, [...(parts.get(relation) ?? []), `(${meant})`]);
    }
  }
  return new Map(
    [...parts].map(([relation, conditions]) => [relation, unknown.has(relation) ? null : conditions.join(' OR ')]),
  );
}

/** Whether rows are hidden since a request stands: what is corrected only until it was written anew. */
export function isWithholding({ kind, state, rewritten }: SubjectRequest): boolean {
  if (kind === 'rectify') return state === 'open' && rewritten === null;
  return (kind === 'erase' && state === 'open') || (kind === 'restrict' && state === 'standing');
}

/** Which of a person's rows are wrong: all of the time that is meant, where it is not known any more what is right. */
function wrongIn({ values, from, to }: Rectification): readonly string[] {
  const others = values?.map(({ column, value }) => `"${column}" IS DISTINCT FROM ${literal(value)}`) ?? [];
  return [
    ...(from === null ? [] : [`"time" >= TIMESTAMPTZ '${formatMicros(from)}'`]),
    ...(to === null ? [] : [`"time" < TIMESTAMPTZ '${formatMicros(to)}'`]),
    ...(others.length === 0 ? [] : [`(${others.join(' OR ')})`]),
  ];
}

function literal(value: string | number | boolean | null): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}

/** Whatever a stored token of a domain may stand as. */
export type FormsOf = (domain: string, token: string | number) => readonly (string | number)[];

function namedIn({ column, type, domain, values }: StoredPlace, formsOf: FormsOf): string {
  // A value of another type is none that the column can hold, and would end every statement with an error.
  const fitting = values.filter((value) => (typeof value === 'number') === (type === 'integer'));
  const forms = domain === null ? fitting : [...new Set(fitting.flatMap((value) => formsOf(domain, value)))];
  const list = forms.map((value) => (typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`));
  return list.length === 0 ? 'false' : `coalesce("${column}" IN (${list.join(', ')}), false)`;
}
