import { CLASSES } from '#base/core/index.ts';
import type { FieldType } from '#base/core/index.ts';
import { isToken } from '#base/crypto/index.ts';
import type { TokenKey } from '#base/crypto/index.ts';
import { tokenDomainOf } from '#declare/template/index.ts';
import type { Field, Template } from '#declare/template/index.ts';

/** The system's column, after which no field can be named: a place of it is one in which devices stand for their owner. */
export const DEVICE_COLUMN = 'device';

/** Whether in a place not the person is named, but devices of theirs. */
export function isDevicePlace({ column }: Pick<StoredPlace, 'column'>): boolean {
  return column === DEVICE_COLUMN;
}

/** A column in which a template says that persons are named. */
export interface SubjectPlace {
  readonly relation: string;
  readonly kind: 'stream' | 'table';
  readonly column: string;
  readonly type: FieldType;
  /** Domain of the tokens that stand there; null where originals do. */
  readonly domain: string | null;
}

/** A place, and what one person is called there. */
export interface StoredPlace extends SubjectPlace {
  /** Tokens, and originals while these are needed. */
  readonly values: readonly (string | number)[];
  /** Keyed digests of the originals: by these the person is known when no original is kept any more. */
  readonly digests: readonly (string | number)[];
}

/**
 * Every column that names the persons whom readings are about: the subject of each stream; columns whose tokens are of the
 * same domain, for the same value there is the same person; and where subjects are stored as they are, personal columns of
 * the same name. In the order of the templates, each once.
 *
 * @param templates versions of the template, as what an older one admitted may still be stored
 */
export function subjectPlaces(templates: readonly Template[]): readonly SubjectPlace[] {
  const [domains, names] = [new Set<string>(), new Set<string>()];
  for (const { name, subject, fields } of templates.flatMap(({ streams }) => [...streams.values()])) {
    const field = fields.find((each) => each.name === subject);
    if (field === undefined) continue;
    const domain = tokenDomainOf(name, field);
    if (domain === null) names.add(field.name);
    else domains.add(domain);
  }
  const isSubject = (relation: string, field: Field, subject: string | null): boolean => {
    if (field.name === subject) return true;
    const domain = tokenDomainOf(relation, field);
    return domain === null ? names.has(field.name) && isPersonal(field) : domains.has(domain);
  };
  const places = new Map<string, SubjectPlace>();
  for (const { streams, tables } of templates) {
    const relations = [
      ...[...streams.values()].map((one) => ({ ...one, kind: 'stream' as const })),
      ...[...tables.values()].map((one) => ({ ...one, kind: 'table' as const, subject: null })),
    ];
    for (const { name: relation, kind, subject, fields } of relations) {
      for (const field of fields) {
        if (!NAMING.includes(field.type) || !isSubject(relation, field, subject)) continue;
        const domain = tokenDomainOf(relation, field);
        const place = { relation, kind, column: field.name, type: field.type, domain };
        places.set([kind, relation, field.name, field.type, domain ?? ''].join('\n'), place);
      }
    }
  }
  return [...places.values()];
}

/** Types of fields that can name somebody. */
const NAMING: readonly FieldType[] = ['text', 'integer'];

/**
 * What a person is called in each place: the tokens of the place's domain, and the original, for rows from before a column
 * became an identifier hold that. A place in which nobody can be so called is left out.
 *
 * @param keysOf every key of a domain by which there may be tokens
 * @param digestKey of the digests of originals
 * @param formsOf whatever a stored token may stand as in what is kept, itself first
 */
export async function storedPlaces(
  identifier: string,
  places: readonly SubjectPlace[],
  keysOf: (domain: string) => Promise<readonly TokenKey[]>,
  digestKey: TokenKey,
  formsOf: (domain: string, token: string | number) => readonly (string | number)[] = (_, token) => [token],
): Promise<readonly StoredPlace[]> {
  const merged = new Map<string, StoredPlace>();
  for (const place of places) {
    const original = originalOf(identifier, place.type);
    if (original === null) continue;
    const keys = place.domain === null ? [] : await keysOf(place.domain);
    const tokens = keys.flatMap((key) => formsOf(place.domain ?? '', tokenOf(original, key)));
    const at = `${place.kind}\n${place.relation}\n${place.column}`;
    const values = [...(merged.get(at)?.values ?? []), ...tokens, original];
    merged.set(at, { ...place, values: [...new Set(values)], digests: [tokenOf(original, digestKey)] });
  }
  return [...merged.values()];
}

/** The places without originals: nobody learns from them who it was. Names of devices stay, which say nothing of persons. */
export function withoutOriginals(identifiers: readonly StoredPlace[]): readonly StoredPlace[] {
  const isKept = (place: StoredPlace, value: string | number): boolean => isDevicePlace(place) || isToken(value);
  return identifiers.map((place) => ({ ...place, values: place.values.filter((value) => isKept(place, value)) }));
}

function tokenOf(original: string | number, key: TokenKey): string | number {
  return typeof original === 'number' ? key.integer(original) : key.text(original);
}

function originalOf(identifier: string, type: FieldType): string | number | null {
  if (type === 'text') return identifier;
  return /^-?\d{1,16}$/.test(identifier) && Number.isSafeInteger(Number(identifier)) ? Number(identifier) : null;
}

function isPersonal(field: Field): boolean {
  return CLASSES.indexOf(field.class) >= CLASSES.indexOf('personal');
}
