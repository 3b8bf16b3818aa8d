import type { Micros } from '#base/core/index.ts';

/** A person or program that may sign in. */
export interface Person {
  /** Pseudonymous: what stands in logs and digests. */
  readonly id: string;
  /** `operator` is the one that the first start makes: it administers, whatever the template says. */
  readonly kind: 'person' | 'service' | 'operator';
  /** Letters, digits, hyphens and underscores; `issuer:subject` for who comes from an identity provider. */
  readonly name: string;
  /** Names of roles in the template. */
  readonly roles: readonly string[];
  /** Where they are, for data that have to stay in a region; absent where their roles say. */
  readonly region?: string;
  readonly status: 'enabled' | 'disabled';
  readonly created: Micros;
}

/** What the log says of a region that is left to somebody's roles. */
export const REGION_OF_ROLES = 'of the roles';

/** Whether an identity provider vouches for somebody: their roles are by its word, and none are kept with them. */
export function isVouchedFor({ name }: Pick<Person, 'name'>): boolean {
  // No name of a person of the platform holds a colon.
  return name.includes(':');
}
