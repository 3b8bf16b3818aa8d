import { withoutOriginals } from '#assure/privacy/index.ts';
import type { StoredPlace, SubjectPlace, SubjectRequest } from '#assure/privacy/index.ts';
import { isToken } from '#base/crypto/index.ts';
import type { RefusedSubjects } from '#flow/ingest/index.ts';

/** Whether nothing more is taken of a person, so that all there is of them is meant, whenever it came. */
export function isRefusing({ kind, state, again }: Pick<SubjectRequest, 'kind' | 'state' | 'again'>): boolean {
  return (kind === 'erase' && again === 'refuse') || (kind === 'restrict' && state === 'standing');
}

/**
 * Persons of whom the gateway takes nothing, by stream and field: where requests found that they may be named, and where
 * a template names persons that was put in force since.
 *
 * @param places every column that names persons, of every version of the template
 */
export function refusedSubjects(
  requests: readonly SubjectRequest[],
  places: readonly SubjectPlace[],
): readonly RefusedSubjects[] {
  const streams = places.filter(({ kind }) => kind === 'stream');
  const called = requests.filter(isRefusing).flatMap((request) => {
    const own = withoutOriginals(request.places);
    const names = new Set(own.map(nameOf));
    return [
      ...own.filter(({ kind }) => kind === 'stream'),
      ...streams.filter((place) => !names.has(nameOf(place))).map((place) => calledIn(place, own)),
    ];
  });
  return [...Map.groupBy(called, nameOf).values()].flatMap((of): readonly RefusedSubjects[] => {
    const values = new Set(of.flatMap(({ values: tokens, digests }) => [...tokens, ...digests]));
    return values.size === 0 ? [] : [{ stream: of[0]!.relation, field: of[0]!.column, values: [...values] }];
  });
}

/** What somebody is called in a place that their request did not know: the digests, and tokens of its domain. */
function calledIn(place: SubjectPlace, own: readonly StoredPlace[]): StoredPlace {
  const tokens = own
    .filter(({ type, domain }) => domain !== null && type === place.type && domain === place.domain)
    .flatMap(({ values }) => values);
  return { ...place, values: tokens.filter(isToken), digests: [...new Set(own.flatMap(({ digests }) => digests))] };
}

function nameOf({ relation, column }: SubjectPlace): string {
  return `${relation}\n${column}`;
}
