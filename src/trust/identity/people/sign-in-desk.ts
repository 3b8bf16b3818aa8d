import type { IdentityContext } from '../identity-context.ts';
import { AccessTokens, isAccessToken, namesCertificate } from './access-tokens.ts';
import { ApiKeys } from './api-keys.ts';
import { IssuerKeys } from './issuer-keys.ts';
import type { IssuerFetch } from './issuer-keys.ts';
import { OneTimeCodes } from './one-time-codes.ts';
import { Passwords } from './passwords.ts';
import type { PasswordCost } from './passwords.ts';
import type { People } from './people.ts';
import { PossessionProofs } from './possession-proof.ts';
import type { ProvedRequest } from './possession-proof.ts';
import type { ProofNonces } from './proof-nonces.ts';
import { ProviderLogins } from './provider-logins.ts';
import { rolesOfClaims } from './roles-of-claims.ts';
import { readSecret } from './secret-token.ts';
import { Sessions } from './sessions.ts';
import { SigningKeys } from './signing-keys.ts';
import { SIGN_IN_SCHEMA } from './sign-in-tables.ts';
import type { SignIn } from './sign-in.ts';

/** What a request shows of who makes it. */
export interface ShownCredential {
  /** Name, serial number and SHA-256 of a client certificate that the gateway has checked; null where there is none. */
  readonly certificate: {
    readonly name: string;
    readonly serial: string | null;
    readonly fingerprint: string | null;
  } | null;
  /** The header `Authorization`, untrusted. */
  readonly authorization: string | undefined;
  /** The header `DPoP`, untrusted. */
  readonly proof: string | undefined;
  readonly request: ProvedRequest;
}

/** What the desk needs from outside, and what tests make cheaper. */
export interface SignInOptions {
  readonly fetch: IssuerFetch;
  readonly passwordCost?: PasswordCost;
}

/** The schemes of RFC 6750 section 2.1 and RFC 9449 section 7.1; longer ones than any credential are none. */
const AUTHORIZATION = /^(Bearer|DPoP) ([\x21-\x7e]{1,8192})$/i;

/** Where everybody who is no device shows who they are, whatever they show. */
export class SignInDesk {
  readonly keys: ApiKeys;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly codes: OneTimeCodes;
  readonly accessTokens: AccessTokens;
  readonly logins: ProviderLogins;
  readonly proofNonces: ProofNonces;
  readonly signingKeys: SigningKeys;
  readonly #people: People;

  private constructor(context: IdentityContext, people: People, { fetch, passwordCost }: SignInOptions) {
    const { clock, random, log, declared } = context;
    this.#people = people;
    this.signingKeys = new SigningKeys(context, people);
    this.sessions = new Sessions(context, people, (name, claims) => {
      const issuer = declared.signIn().issuers.get(name);
      return issuer === undefined || issuer.login === null ? null : rolesOfClaims(claims, issuer.roles);
    });
    this.keys = new ApiKeys(context, people, (person) => this.sessions.vouchedRoles(person));
    this.passwords = new Passwords(context, people, passwordCost);
    this.codes = new OneTimeCodes(context, people);
    const proofs = new PossessionProofs(clock, random, () => declared.hosts());
    this.proofNonces = proofs.nonces;
    this.accessTokens = new AccessTokens(context, people, new IssuerKeys(fetch, clock, log), proofs);
    this.logins = new ProviderLogins(context, people, this.accessTokens, fetch);
  }

  /** Opens the desk over the catalogue. */
  static async open(context: IdentityContext, people: People, options: SignInOptions): Promise<SignInDesk> {
    await context.catalogue.migrate(SIGN_IN_SCHEMA);
    return new SignInDesk(context, people, options);
  }

  /** Who shows this. A client certificate comes first: a token beside it changes nothing, unless it is bound to it. */
  async signIn({ certificate, authorization, proof, request }: ShownCredential): Promise<SignIn> {
    const [, scheme = '', text = ''] = AUTHORIZATION.exec(authorization ?? '') ?? [];
    const shown = {
      token: text,
      scheme: scheme.toLowerCase() === 'dpop' ? 'dpop' : 'bearer',
      proof,
      fingerprint: certificate?.fingerprint ?? null,
      request,
    } as const;
    if (certificate !== null) {
      const own = await this.#people.signInWithCertificate(certificate.name, certificate.serial ?? undefined);
      const meant = isAccessToken(text) && namesCertificate(text, certificate.fingerprint ?? '');
      return own.outcome === 'ok' && meant ? this.accessTokens.signIn(shown) : own;
    }
    if (text === '') return { outcome: 'no-credential' };
    if (isAccessToken(text)) return this.accessTokens.signIn(shown);
    // A secret of this platform is no token to prove possession of.
    return shown.scheme === 'dpop' ? { outcome: 'malformed' } : this.#signInWithSecret(text);
  }

  async #signInWithSecret(text: string): Promise<SignIn> {
    const secret = readSecret(text);
    switch (secret?.kind) {
      case 'token':
        return this.#people.signInWithToken(text);
      case 'key':
        return this.keys.signIn(secret);
      case 'session':
        return this.sessions.signIn(secret);
      // A code is exchanged, it opens nothing by itself.
      default:
        return { outcome: 'malformed' };
    }
  }
}
