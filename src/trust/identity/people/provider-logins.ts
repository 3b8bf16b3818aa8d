import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  initiateDeviceAuthorization,
  None,
  pollDeviceAuthorizationGrant,
  allowInsecureRequests,
} from 'openid-client';
import type { Configuration, CustomFetch, TokenEndpointResponse } from 'openid-client';
import { minutes, seconds } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import { isLoopback } from '#declare/template/index.ts';
import type { Issuer } from '#declare/template/index.ts';
import { IdentityError } from '../errors.ts';
import type { IdentityContext } from '../identity-context.ts';
import { strengthOf } from './access-tokens.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { IssuerFetch } from './issuer-keys.ts';
import type { People } from './people.ts';
import type { SessionStart } from './sessions.ts';
import type { SignInRefusal } from './sign-in.ts';

/** A login that has begun. Whoever holds the handle, and nobody else, can come back with what the provider answered. */
export type BegunLogin =
  | { readonly handle: string; readonly address: string }
  | { readonly handle: string; readonly address: string; readonly userCode: string };

/** What became of a login. `pending`: somebody has yet to enter the code. */
export type LoginOutcome =
  | { readonly outcome: 'ok'; readonly start: Omit<SessionStart, 'address'> }
  | { readonly outcome: 'pending' }
  | { readonly outcome: SignInRefusal };

type Pending = { readonly issuer: string; readonly until: number } & (
  | {
      readonly by: 'code';
      readonly configuration: Configuration;
      readonly redirect: string;
      readonly verifier: string;
      readonly state: string;
      readonly nonce: string;
    }
  | { readonly by: 'device'; readonly answer: Promise<string | null>; readonly abort: AbortController }
);

/** Nobody has entered the code of a device yet. */
const PENDING = Symbol('pending');
const PATIENCE = minutes(10);
/** How long a question about a device's login waits for an answer. */
const POLL = seconds(15);
const MOST_PENDING = 1_000;
const MOST_CLAIMS = 16_384;

/**
 * Logins of people at their identity provider: the authorisation code flow with PKCE for who has a browser on the same
 * machine, a device code for who has not. What the provider answers goes from it to this process and never through the
 * program that asks; that one holds the address of the browser's return, and a handle of its own.
 *
 * @see OpenID Connect Core 1.0 section 3.1; RFC 7636; RFC 8252 section 7.3; RFC 8628
 */
export class ProviderLogins implements Disposable {
  readonly #context: IdentityContext;
  readonly #people: People;
  readonly #tokens: AccessTokens;
  readonly #fetch: IssuerFetch;
  readonly #pending = new Map<string, Pending>();

  constructor(context: IdentityContext, people: People, tokens: AccessTokens, fetch: IssuerFetch) {
    this.#context = context;
    this.#people = people;
    this.#tokens = tokens;
    this.#fetch = fetch;
  }

  /** Providers of the template through which people sign in. */
  providers(): readonly string[] {
    return [...this.#context.declared.signIn().issuers.values()].flatMap(({ name, login }) => (login ? [name] : []));
  }

  /**
   * Begins a login in a browser.
   *
   * @param redirect where the browser returns to: a port of the loopback interface
   * @throws {IdentityError} IDENTITY_PROVIDER_UNKNOWN, IDENTITY_PROVIDER_UNAVAILABLE, IDENTITY_REDIRECT_INVALID
   */
  async beginInBrowser(provider: string, redirect: string): Promise<BegunLogin> {
    const url = URL.parse(redirect);
    if (url?.protocol !== 'http:' || !isLoopback(url.hostname.replace(/^\[|\]$/g, '')) || url.search !== '') {
      throw new IdentityError('IDENTITY_REDIRECT_INVALID', 'Cannot begin login: it returns to no loopback address');
    }
    const { issuer, login } = this.#provider(provider);
    const configuration = await this.#configure(issuer, login.client);
    const [verifier, state, nonce] = [this.#random(), this.#random(), this.#random()];
    const address = buildAuthorizationUrl(configuration, {
      redirect_uri: redirect,
      scope: login.scopes.join(' '),
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
    const handle = this.#keep({ by: 'code', issuer: issuer.name, configuration, redirect, verifier, state, nonce });
    return { handle, address: address.href };
  }

  /**
   * Begins a login on another device.
   *
   * @throws {IdentityError} IDENTITY_PROVIDER_UNKNOWN, IDENTITY_PROVIDER_UNAVAILABLE
   */
  async beginOnDevice(provider: string): Promise<BegunLogin> {
    const { issuer, login } = this.#provider(provider);
    const configuration = await this.#configure(issuer, login.client);
    const begun = await initiateDeviceAuthorization(configuration, { scope: login.scopes.join(' ') }).catch(
      (cause: unknown) => Promise.reject(unavailable(cause)),
    );
    const abort = new AbortController();
    const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(PATIENCE)]);
    const answer = pollDeviceAuthorizationGrant(configuration, begun, undefined, { signal }).then(
      idTokenOf,
      () => null,
    );
    const handle = this.#keep({ by: 'device', issuer: issuer.name, answer, abort });
    return { handle, address: begun.verification_uri, userCode: begun.user_code };
  }

  /**
   * Ends a login, once.
   *
   * @param handle untrusted
   * @param returned the whole address that the browser came back to; null for a login on another device. Untrusted
   */
  async finish(handle: string, returned: string | null): Promise<LoginOutcome> {
    const pending = this.#pending.get(handle);
    if (pending === undefined || pending.until <= this.#context.clock.monotonicMs()) return { outcome: 'unknown' };
    // A code is tried once, whatever comes of it.
    if (pending.by === 'code') this.#pending.delete(handle);
    const answer = await (pending.by === 'device' ? waitFor(pending.answer) : redeem(pending, returned));
    if (answer === PENDING) return { outcome: 'pending' };
    this.#pending.delete(handle);
    if (answer === null) return { outcome: 'login-refused' };
    return this.#start(answer, pending);
  }

  [Symbol.dispose](): void {
    for (const pending of this.#pending.values()) if (pending.by === 'device') pending.abort.abort();
    this.#pending.clear();
  }

  /** The provider's word is checked like any token: signature, issuer, for whom, until when. */
  async #start(idToken: string, { issuer: name }: Pending): Promise<LoginOutcome> {
    const verified = await this.#tokens.verify(idToken, ({ login }) => (login === null ? [] : [login.client]));
    if (verified.outcome !== 'ok') return verified;
    const { issuer, claims } = verified;
    if (issuer.name !== name) return { outcome: 'wrong-issuer' };
    if (JSON.stringify(claims).length > MOST_CLAIMS) return { outcome: 'malformed' };
    const person = await this.#people.ofIssuer('person', name, claims.sub);
    if (person.status !== 'enabled') return { outcome: 'disabled' };
    const said = { issuer: name, claims: claims as Json };
    return { outcome: 'ok', start: { person, method: 'login', strength: strengthOf(claims, 'bearer'), claims: said } };
  }

  #provider(name: string): { readonly issuer: Issuer; readonly login: NonNullable<Issuer['login']> } {
    const issuer = this.#context.declared.signIn().issuers.get(name);
    if (issuer !== undefined && issuer.login !== null) return { issuer, login: issuer.login };
    throw new IdentityError('IDENTITY_PROVIDER_UNKNOWN', 'Cannot begin login: the template names no such provider', {
      hint: 'Name one that has `login` under `sign-in: issuers`',
    });
  }

  /** @throws {IdentityError} IDENTITY_PROVIDER_UNAVAILABLE */
  async #configure(issuer: Issuer, client: string): Promise<Configuration> {
    const fetch: CustomFetch = (url, { method, headers, body, signal }) =>
      this.#fetch(url, { method, headers, body: body ?? null, ...(signal ? { signal } : {}) }, issuer.ca);
    // The template admits addresses without TLS on loopback alone, and so does whoever fetches.
    const execute = issuer.url.startsWith('http:') ? [allowInsecureRequests] : [];
    return discovery(new URL(issuer.url), client, undefined, None(), { [customFetch]: fetch, execute }).catch(
      (cause: unknown) => Promise.reject(unavailable(cause)),
    );
  }

  #keep(pending: DistributiveOmit<Pending, 'until'>): string {
    const now = this.#context.clock.monotonicMs();
    for (const [handle, { until }] of this.#pending) {
      if (until > now && this.#pending.size < MOST_PENDING) break;
      const old = this.#pending.get(handle);
      if (old?.by === 'device') old.abort.abort();
      this.#pending.delete(handle);
    }
    const handle = this.#random();
    this.#pending.set(handle, { ...pending, until: now + PATIENCE });
    return handle;
  }

  #random(): string {
    return Buffer.from(this.#context.random.bytes(32)).toString('base64url');
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** Exchanges the code that the browser brought; null where the provider, or what it sent, does not fit. */
async function redeem(pending: Pending & { by: 'code' }, returned: string | null): Promise<string | null> {
  const url = returned === null ? null : URL.parse(returned);
  if (url === null || url.origin + url.pathname !== pending.redirect) return null;
  try {
    const answer = await authorizationCodeGrant(pending.configuration, url, {
      pkceCodeVerifier: pending.verifier,
      expectedState: pending.state,
      expectedNonce: pending.nonce,
      idTokenExpected: true,
    });
    return idTokenOf(answer);
  } catch {
    return null;
  }
}

function idTokenOf({ id_token: token }: TokenEndpointResponse): string | null {
  return token ?? null;
}

function waitFor(answer: Promise<string | null>): Promise<string | null | typeof PENDING> {
  const timeout = Promise.withResolvers<typeof PENDING>();
  const timer = setTimeout(() => timeout.resolve(PENDING), POLL);
  return Promise.race([answer, timeout.promise]).finally(() => clearTimeout(timer));
}

function unavailable(cause: unknown): IdentityError {
  return new IdentityError(
    'IDENTITY_PROVIDER_UNAVAILABLE',
    'Cannot begin login: the identity provider does not answer',
    {
      cause,
      hint: 'See the diagnostics of the platform, and `ca:` of the provider in the template',
    },
  );
}
