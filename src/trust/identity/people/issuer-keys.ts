import { createLocalJWKSet, errors } from 'jose';
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import type { Clock, Log } from '#base/core/index.ts';
import type { Issuer } from '#declare/template/index.ts';

/**
 * Fetches a document of an issuer. Given by the composition, for this room opens no sockets.
 *
 * @param ca PEM of the authorities that the address is checked against; null takes those of Node
 */
export type IssuerFetch = (url: string, init: RequestInit, ca: string | null) => Promise<Response>;

/** Keys that were fetched count this long, and up to an hour where the issuer cannot be reached. */
const FRESH = 600_000_000;
const STALE = 3_600_000_000;
/** An unknown key makes the set be fetched anew, at most this often: whoever makes key ids up sends no floods. */
const COOLDOWN = 30_000_000;
const RETRY = 5_000_000;
const MOST_KEYS = 100;

interface Fetched {
  readonly keys: JWTVerifyGetKey;
  readonly at: number;
}

/** Raised where the keys of an issuer cannot be had. */
export class KeysUnavailable extends Error {}

/** Public keys of issuers, fetched when needed and kept; a rotated key is found at its first use. */
export class IssuerKeys {
  readonly #fetch: IssuerFetch;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #sets = new Map<string, Fetched>();
  readonly #flights = new Map<string, Promise<Fetched>>();
  readonly #tried = new Map<string, number>();

  constructor(fetch: IssuerFetch, clock: Clock, log: Log) {
    this.#fetch = fetch;
    this.#clock = clock;
    this.#log = log;
  }

  /** The key that a token's header names, for `jwtVerify`. @throws {KeysUnavailable} */
  keyOf(issuer: Issuer): JWTVerifyGetKey {
    const { keys } = issuer;
    if (keys.from === 'template') return createLocalJWKSet({ keys: keys.keys } as unknown as JSONWebKeySet);
    return async (header, token) => {
      const set = await this.#current(issuer);
      try {
        return await set.keys(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey) || !this.#mayTryAgain(issuer)) throw error;
        return (await this.#refresh(issuer)).keys(header, token);
      }
    };
  }

  async #current(issuer: Issuer): Promise<Fetched> {
    const known = this.#sets.get(placeOf(issuer));
    const age = known === undefined ? Infinity : this.#clock.now() - known.at;
    if (known !== undefined && age < FRESH) return known;
    if (known !== undefined && age < STALE && !this.#mayTryAgain(issuer)) return known;
    try {
      return await this.#refresh(issuer);
    } catch (error) {
      if (known !== undefined && age < STALE) return known;
      throw error;
    }
  }

  #mayTryAgain(issuer: Issuer): boolean {
    return this.#clock.now() - (this.#tried.get(placeOf(issuer)) ?? -Infinity) >= COOLDOWN;
  }

  /** One fetch at a time, whoever waits for it. */
  #refresh(issuer: Issuer): Promise<Fetched> {
    const place = placeOf(issuer);
    const flying = this.#flights.get(place);
    if (flying !== undefined) return flying;
    // Whoever shows made-up tokens must not make us knock at a provider that is away.
    if (this.#clock.now() - (this.#tried.get(place) ?? -Infinity) < RETRY) {
      return Promise.reject(new KeysUnavailable('the keys of the issuer could not be had a moment ago'));
    }
    this.#tried.set(place, this.#clock.now());
    const flight = this.#load(issuer).finally(() => this.#flights.delete(place));
    this.#flights.set(place, flight);
    return flight;
  }

  async #load(issuer: Issuer): Promise<Fetched> {
    try {
      const url = issuer.keys.from === 'address' ? issuer.keys.url : await this.#discover(issuer);
      const set = requireKeySet(await this.#json(url, issuer));
      const fetched = { keys: createLocalJWKSet(set), at: this.#clock.now() };
      this.#sets.set(placeOf(issuer), fetched);
      return fetched;
    } catch (error) {
      this.#log.warn({ issuer: issuer.name, error: (error as Error).message }, 'keys of an issuer cannot be had');
      throw new KeysUnavailable('the keys of the issuer cannot be had', { cause: error });
    }
  }

  /** @see OpenID Connect Discovery 1.0 section 4 */
  async #discover(issuer: Issuer): Promise<string> {
    const url = `${issuer.url.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const document = await this.#json(url, issuer);
    const { issuer: named, jwks_uri: address } = document as { issuer?: unknown; jwks_uri?: unknown };
    if (named !== issuer.url) throw new TypeError('the discovery document is of another issuer');
    if (typeof address !== 'string') throw new TypeError('the discovery document names no keys');
    return address;
  }

  async #json(url: string, issuer: Issuer): Promise<object> {
    const response = await this.#fetch(url, { headers: { accept: 'application/json' } }, issuer.ca);
    if (response.status !== 200) throw new TypeError(`${url} answers ${response.status}`);
    const value: unknown = await response.json();
    if (typeof value !== 'object' || value === null) throw new TypeError(`${url} answers no JSON object`);
    return value;
  }
}

/** Where the template changes address or authority, what was fetched before counts no more. */
function placeOf({ name, url, keys, ca }: Issuer): string {
  return JSON.stringify([name, url, keys.from === 'address' ? keys.url : null, ca]);
}

/** @see RFC 7517 section 5 */
function requireKeySet(value: object): JSONWebKeySet {
  const { keys } = value as { keys?: unknown };
  if (!Array.isArray(keys) || keys.length > MOST_KEYS) throw new TypeError('the answer is no set of keys');
  return { keys };
}
