import type { DecodedObject } from '../decode/json-parser.ts';
import { REASON } from '../reasons.ts';
import { CELL } from '../row.ts';
import type { Row } from '../row.ts';
import { TYPE } from '../stream-rules.ts';
import type { StreamRules } from '../stream-rules.ts';
import type { Tokeniser } from '../tokeniser.ts';

/**
 * A field that names persons of whom nothing is taken. They are known by tokens and keyed digests alone; in what the
 * platform writes itself they are known by their devices, in the column of these.
 */
export interface RefusedSubjects {
  readonly stream: string;
  readonly field: string;
  /** Tokens of the field's domain, and digests under the key that is kept for this. */
  readonly values: readonly (string | number)[];
}

/** The system's column, after which no field can be named. */
const DEVICE = 'device';

/** The same, as a stream asks for it on every reading. */
export interface SubjectGuard {
  readonly field: string;
  /** Its place in the row. */
  readonly at: number;
  readonly refused: ReadonlySet<string | number>;
  /** Makes what is looked for of originals: whatever domain a field's tokens are of, and under whichever key. */
  readonly digests: Tokeniser;
}

/** The guards of one stream; null where nobody is refused, which is what nearly all readings meet. */
export function compileGuards(
  rules: StreamRules,
  refused: readonly RefusedSubjects[],
  digests: Tokeniser | null,
): readonly SubjectGuard[] | null {
  if (digests === null) return null;
  const guards = refused.flatMap(({ stream, field, values }): SubjectGuard[] => {
    const at = stream === rules.name ? (rules.members.get(field) ?? -1) : -1;
    return rules.fields[at] === undefined ? [] : [{ field, at, refused: new Set(values), digests }];
  });
  return guards.length === 0 ? null : guards;
}

/** The devices of which nothing is written to a stream of the platform's own; null where there is none. */
export function refusedDevices(
  stream: string,
  refused: readonly RefusedSubjects[],
): ReadonlySet<string | number> | null {
  const own = refused.filter((each) => each.stream === stream && each.field === DEVICE);
  return own.length === 0 ? null : new Set(own.flatMap(({ values }) => values));
}

/** Refuses a reading about somebody of whom nothing is taken, while its identifiers are not replaced by tokens yet. */
export function checkSubjects(row: Row, guards: readonly SubjectGuard[]): number {
  for (const guard of guards) {
    const { at } = guard;
    if (row.cells[at] !== CELL.present) continue;
    const isText = row.rules.fields[at]!.type === TYPE.text;
    if (isNamed(isText ? row.texts[at]! : row.numbers[at]!, guard)) return REASON.erased.number;
  }
  return REASON.admitted.number;
}

/** Whether a value as it is stored, a token or an original, names such a person. */
export function isRefused(value: string | number, guard: SubjectGuard): boolean {
  return guard.refused.has(value) || isNamed(value, guard);
}

/** Whether members that were refused for another reason are about such a person: then no evidence of them is kept. */
export function isAboutRefused(members: DecodedObject, guards: readonly SubjectGuard[] | null): boolean {
  if (guards === null) return false;
  return guards.some((guard) => {
    const value = members.get(guard.field);
    return (typeof value === 'string' || typeof value === 'number') && isNamed(value, guard);
  });
}

/** Whether an original names such a person, in whichever of both types they were known. */
function isNamed(original: string | number, { refused, digests }: SubjectGuard): boolean {
  if (refused.has(digests.text(String(original)).token)) return true;
  const number = typeof original === 'string' && INTEGER.test(original) ? Number(original) : original;
  return Number.isSafeInteger(number) && refused.has(digests.integer(number as number).token);
}

const INTEGER = /^-?\d{1,16}$/;
