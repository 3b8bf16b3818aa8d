import type { Json } from '#base/core/index.ts';
import type { RoleRule } from '#declare/template/index.ts';

/** Values of one claim that are looked at. */
const MOST_VALUES = 1_024;

/**
 * The roles that claims give by the rules of the template, in the order of the rules.
 *
 * @param claims untrusted in form, trusted in content: their signature was verified
 */
export function rolesOfClaims(claims: Json, rules: readonly RoleRule[]): readonly string[] {
  return rules
    .filter(({ claims: wanted }) =>
      wanted.every(({ claim, values }) => valuesOf(claims, claim).some((value) => values.includes(value))),
    )
    .map(({ role }) => role);
}

/** A claim of that very name comes first, for names such as `https://example.com/groups` hold dots that are no path. */
function valuesOf(claims: Json, claim: string): readonly (string | boolean)[] {
  const whole = memberOf(claims, claim);
  const found = whole === undefined ? claim.split('.').reduce<Json | undefined>(memberOf, claims) : whole;
  if (typeof found === 'boolean') return [found];
  // OAuth writes a list of scopes as one text. RFC 8693 section 4.2
  if (typeof found === 'string') return claim === 'scope' ? found.split(' ').slice(0, MOST_VALUES) : [found];
  return Array.isArray(found) ? found.slice(0, MOST_VALUES).filter((value: Json) => typeof value === 'string') : [];
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? (value as Readonly<Record<string, Json>>)[name] : undefined;
}
