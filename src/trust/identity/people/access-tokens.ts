import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import type { JWTPayload } from 'jose';
import type { Json } from '#base/core/index.ts';
import type { Strength } from '#declare/policy/index.ts';
import type { Issuer } from '#declare/template/index.ts';
import type { IdentityContext } from '../identity-context.ts';
import { KeysUnavailable } from './issuer-keys.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import type { People } from './people.ts';
import type { PossessionProofs, ProvedRequest } from './possession-proof.ts';
import { rolesOfClaims } from './roles-of-claims.ts';
import type { SignIn, SignInRefusal } from './sign-in.ts';

/** An access token as it was shown, with what may prove that its holder shows it. Untrusted but for the fingerprint. */
export interface ShownToken {
  readonly token: string;
  /** `bearer` asks to be believed, `dpop` brings a proof. */
  readonly scheme: 'bearer' | 'dpop';
  readonly proof: string | undefined;
  /** SHA-256 in hex of the client certificate of the connection; null where there is none. */
  readonly fingerprint: string | null;
  readonly request: ProvedRequest;
}

/** Claims that an issuer of the template signed. */
export type VerifiedClaims =
  | { readonly outcome: 'ok'; readonly issuer: Issuer; readonly claims: JWTPayload & { readonly sub: string } }
  | { readonly outcome: SignInRefusal };

/** The form of a token: three parts of base64url, of which the last may be empty. */
const FORM = /^[A-Za-z0-9_-]{2,6000}\.[A-Za-z0-9_-]{2,6000}\.[A-Za-z0-9_-]{0,6000}$/;
const LONGEST = 8_192;
/** Types of tokens that are taken: those of RFC 9068, and those that do not say more than that they are tokens. */
const TYPES = [undefined, 'jwt', 'at+jwt', 'application/at+jwt'];
/** Subjects go into names. OpenID Connect Core 1.0 section 2 has at most 255 characters of ASCII. */
const SUBJECT = /^[\x21-\x7e]{1,255}$/;

/** Whether a text looks like a token of an issuer rather than a secret of this platform. */
export function isAccessToken(text: string): boolean {
  return FORM.test(text);
}

/**
 * Whether a token says that it is bound to a certificate. Its signature has yet to be verified: this only tells which
 * of two credentials is meant.
 *
 * @param fingerprint SHA-256 in hex
 * @see RFC 8705 section 3.1
 */
export function namesCertificate(token: string, fingerprint: string): boolean {
  try {
    const { cnf } = decodeJwt(token) as { readonly cnf?: { readonly 'x5t#S256'?: unknown } };
    return cnf?.['x5t#S256'] === Buffer.from(fingerprint, 'hex').toString('base64url');
  } catch {
    return false;
  }
}

/**
 * Access tokens of the issuers that the template names.
 *
 * @see RFC 9068 section 4; RFC 8725 for what is held against tokens
 */
export class AccessTokens {
  readonly #context: IdentityContext;
  readonly #people: People;
  readonly #keys: IssuerKeys;
  readonly #proofs: PossessionProofs;

  constructor(context: IdentityContext, people: People, keys: IssuerKeys, proofs: PossessionProofs) {
    this.#context = context;
    this.#people = people;
    this.#keys = keys;
    this.#proofs = proofs;
  }

  /** Who an access token was given to: its signature, for whom it is, who shows it, then who that is. */
  async signIn(shown: ShownToken): Promise<SignIn> {
    const verified = await this.verify(shown.token, ({ audience }) => audience);
    if (verified.outcome !== 'ok') return verified;
    const { issuer, claims } = verified;
    const possession = await this.#possession(shown, issuer, claims);
    if (possession !== 'bearer' && possession !== 'bound') return { outcome: possession };
    const kind = claims['client_id'] === claims.sub ? 'service' : 'person';
    const person = await this.#people.ofIssuer(kind, issuer.name, claims.sub);
    if (person.status !== 'enabled') return { outcome: 'disabled' };
    const roles = rolesOfClaims(claims as Json, issuer.roles);
    return {
      outcome: 'ok',
      person: { ...person, roles },
      method: 'access-token',
      strength: strengthOf(claims, possession),
      credential: null,
    };
  }

  /**
   * The claims of a token that one of the template's issuers signed for us.
   *
   * @param token untrusted
   * @param audienceOf audiences of which the token has to name one; with none, none is taken
   */
  async verify(token: string, audienceOf: (issuer: Issuer) => readonly string[]): Promise<VerifiedClaims> {
    if (token.length > LONGEST || !FORM.test(token)) return { outcome: 'malformed' };
    const issuer = this.#issuerOf(token);
    if (typeof issuer === 'string') return { outcome: issuer };
    const audience = [...audienceOf(issuer)];
    if (audience.length === 0) return { outcome: 'wrong-audience' };
    try {
      const { payload } = await jwtVerify(token, this.#keys.keyOf(issuer), {
        algorithms: algorithmsOf(issuer),
        issuer: issuer.url,
        audience,
        clockTolerance: issuer.clockSkew / 1_000,
        currentDate: new Date(this.#context.clock.now() / 1_000),
        requiredClaims: ['exp', 'sub'],
      });
      const { sub } = payload;
      if (sub === undefined || !SUBJECT.test(sub)) return { outcome: 'malformed' };
      return { outcome: 'ok', issuer, claims: { ...payload, sub } };
    } catch (error) {
      return { outcome: refusalOf(error) };
    }
  }

  /** The issuer that a token says it is from; its signature has yet to show it. */
  #issuerOf(token: string): Issuer | SignInRefusal {
    try {
      const { typ } = decodeProtectedHeader(token);
      if (!TYPES.includes(typ?.toLowerCase())) return 'malformed';
      const { iss } = decodeJwt(token);
      const { issuers } = this.#context.declared.signIn();
      return [...issuers.values()].find(({ url }) => url === iss) ?? 'wrong-issuer';
    } catch {
      return 'malformed';
    }
  }

  /**
   * Whether the token's holder shows it. A token that is bound counts for nothing without proof, nor does a proof with
   * a token that is not: both would make theft pay.
   *
   * @see RFC 7800 section 3.1; RFC 9449 section 7.1; RFC 8705 section 3
   */
  async #possession(
    { token, scheme, proof, fingerprint, request }: ShownToken,
    issuer: Issuer,
    claims: JWTPayload,
  ): Promise<'bearer' | 'bound' | SignInRefusal> {
    const { cnf } = claims as { readonly cnf?: unknown };
    if (cnf === undefined) return issuer.proof || scheme === 'dpop' ? 'unproved' : 'bearer';
    const { jkt, 'x5t#S256': certificate } = (cnf ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof jkt === 'string') {
      if (scheme !== 'dpop') return 'unproved';
      const proved = await this.#proofs.check(proof, token, jkt, request, issuer.nonce === true);
      return proved === 'proved' ? 'bound' : proved;
    }
    if (typeof certificate !== 'string' || scheme !== 'bearer' || fingerprint === null) return 'unproved';
    return Buffer.from(fingerprint, 'hex').toString('base64url') === certificate ? 'bound' : 'unproved';
  }
}

/** `EdDSA` and `Ed25519` are two names of what is one here. @see RFC 9864 section 2.2 */
function algorithmsOf({ algorithms }: Issuer): string[] {
  return algorithms.includes('EdDSA') ? [...algorithms, 'Ed25519'] : [...algorithms];
}

/** @see RFC 8176 section 2: `mfa` says that several factors were used */
export function strengthOf(claims: JWTPayload, possession: Strength): Strength {
  const { amr } = claims as { readonly amr?: unknown };
  return Array.isArray(amr) && amr.includes('mfa') ? 'multi-factor' : possession;
}

const REFUSALS_BY_CLAIM: ReadonlyMap<string, SignInRefusal> = new Map([
  ['aud', 'wrong-audience'],
  ['iss', 'wrong-issuer'],
  ['nbf', 'not-yet-valid'],
]);

function refusalOf(error: unknown): SignInRefusal {
  if (error instanceof KeysUnavailable) return 'keys-unavailable';
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) return 'wrong-algorithm';
  if (error instanceof errors.JWTClaimValidationFailed) return REFUSALS_BY_CLAIM.get(error.claim) ?? 'malformed';
  if (
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys
  ) {
    return 'wrong-key';
  }
  return 'malformed';
}
