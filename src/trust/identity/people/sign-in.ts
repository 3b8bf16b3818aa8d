import type { Scope, Strength } from '#declare/policy/index.ts';
import type { Person } from './person.ts';

/** By what somebody was let in. `password`, `code` and `login` are how a session began. */
export const SIGN_IN_METHODS = ['certificate', 'token', 'key', 'password', 'code', 'login', 'access-token'] as const;
export type SignInMethod = (typeof SIGN_IN_METHODS)[number];

/** Somebody who is known. */
export interface SignedIn {
  readonly outcome: 'ok';
  /** With the roles that count for this request. */
  readonly person: Person;
  readonly method: SignInMethod;
  readonly strength: Strength;
  /** What the credential is for; absent where it is for all that its holder may. */
  readonly scope?: Scope;
  /** Software that acts for this person, with the roles that it was given; absent where the person acts. */
  readonly agent?: { readonly id: string; readonly roles: readonly string[] };
  /** The key or session, such as `key:0193f2…`; null where the credential has no id. */
  readonly credential: string | null;
}

/** Why a credential does not let in, each with its meaning. From outside all look alike; the log tells them apart. */
export const SIGN_IN_REFUSALS = {
  'no-credential': 'none was shown',
  malformed: 'what was shown is none',
  unknown: 'it was never given, or is given no more',
  expired: 'its time is over',
  'not-yet-valid': 'its time has not come',
  revoked: 'it was taken back',
  disabled: 'its holder is disabled',
  unvouched: 'its holder is somebody of an identity provider, which has not vouched for them for the life of a session',
  'wrong-issuer': 'no identity provider of the template gave it',
  'wrong-audience': 'it is for somebody else',
  'wrong-algorithm': 'its signature is of a kind that is not taken, or it has none',
  'wrong-key': 'no key of its issuer made its signature',
  'keys-unavailable': 'the keys of its issuer cannot be had now',
  unproved: 'it counts only with proof of possession, and there was none',
  'proof-invalid': 'the proof of possession is none, or is for another token, key or request',
  'proof-nonce': 'the proof of possession lacks a nonce of the last minutes, which its issuer wants',
  'proof-stale': 'the proof of possession is too old, or from the future',
  'proof-replayed': 'the proof of possession was used before',
  'login-refused': 'the identity provider did not vouch for anybody',
  'proof-overflow': 'too many proofs are remembered to take another',
} as const;
export type SignInRefusal = keyof typeof SIGN_IN_REFUSALS;

/** Who showed a credential. */
export type SignIn = SignedIn | { readonly outcome: SignInRefusal };
