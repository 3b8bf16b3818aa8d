import { makeId, micros } from '#base/core/index.ts';
import type { Micros, Millis } from '#base/core/index.ts';
import { httpVerifyingKey, signatureAlgorithmOf } from '#base/crypto/index.ts';
import type { HttpSignatureAlgorithm } from '#base/crypto/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import { IdentityError } from '../errors.ts';
import type { IdentityContext } from '../identity-context.ts';
import type { People } from './people.ts';
import { SIGNING_KEYS } from './sign-in-tables.ts';
import type { SigningKeyPrivate } from './sign-in-tables.ts';

/** A public key by which somebody's requests are signed. It lets nobody in. */
export interface SigningKey {
  /** What a signature names as its `keyid`. */
  readonly id: string;
  readonly person: string;
  readonly name: string;
  readonly algorithm: HttpSignatureAlgorithm;
  readonly status: 'enabled' | 'revoked' | 'expired';
  readonly created: Micros;
  readonly expires: Micros;
}

/** A key that is to be registered. */
export interface SigningKeyRequest {
  readonly person: string;
  readonly name: string;
  /** PEM of a SubjectPublicKeyInfo. */
  readonly key: string;
  readonly life: Millis;
}

type Table = SealedTable<typeof SIGNING_KEYS.key, typeof SIGNING_KEYS.clear, SigningKeyPrivate>;
type Row = Awaited<ReturnType<Table['get']>> & object;

const MOST_KEYS = 16;
const LONGEST_LIFE_MS = 730 * 86_400_000;
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
/** @see RFC 7468 section 13 */
const PEM = /^\s*-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]{1,4096})-----END PUBLIC KEY-----\s*$/;

/**
 * Public keys of people and programs that have no client certificate, for requests that have to be signed. Who
 * administers registers them: whoever steals a token must not be able to register a key beside it.
 *
 * @see RFC 9421 section 2.3 on `keyid`
 */
export class SigningKeys {
  readonly #context: IdentityContext;
  readonly #people: People;
  readonly #table: Table;

  constructor(context: IdentityContext, people: People) {
    this.#context = context;
    this.#people = people;
    this.#table = new SealedTable(SIGNING_KEYS, context.people);
  }

  /** @throws {IdentityError} IDENTITY_SIGNING_KEY_INVALID, IDENTITY_SIGNING_KEYS_LIMIT, IDENTITY_PERSON_UNKNOWN */
  async register({ person, name, key, life }: SigningKeyRequest, actor: string): Promise<SigningKey> {
    const { catalogue, clock, random, audit } = this.#context;
    if (!NAME.test(name)) throw invalid('its name is none: 1 to 64 letters, digits, dots, hyphens and underscores');
    if (!(life >= 60_000 && life <= LONGEST_LIFE_MS)) throw invalid('its life is not between a minute and 730 days');
    const spki = readPem(key);
    const { id: holder } = await this.#people.show(person);
    const now = clock.now();
    const counted = { person: holder, status: 'enabled', expires: { from: micros(now + 1) } };
    if ((await this.#table.count(catalogue, counted)) >= MOST_KEYS) {
      throw new IdentityError('IDENTITY_SIGNING_KEYS_LIMIT', `Cannot register key: its holder has ${MOST_KEYS}`, {
        hint: 'Revoke those that are not used: weir service signing-key list shows them',
      });
    }
    const id = makeId(clock, random);
    const expires = micros(now + life * 1_000);
    const detail = { person: holder, expires };
    await audit.append({ actor, action: 'issue-key', resource: `signing-key:${id}`, outcome: 'done', detail });
    const row = { id, person: holder, status: 'enabled', created: now, expires };
    const sealed = { name, spki: Buffer.from(spki).toString('base64') };
    await catalogue.transaction((tx) => this.#table.insert(tx, row, sealed));
    return this.#show({ ...row, sealed });
  }

  async list(): Promise<readonly SigningKey[]> {
    const rows = await this.#table.list(this.#context.catalogue, { order: ['created', 'id'] });
    return rows.map((row) => this.#show(row));
  }

  /** Takes a key back: what it signs counts for nothing from the next request on. @throws {IdentityError} IDENTITY_SIGNING_KEY_UNKNOWN */
  async revoke(id: string, actor: string): Promise<SigningKey> {
    const { catalogue, audit } = this.#context;
    const found = await this.#table.get(catalogue, { id });
    if (found === null) {
      throw new IdentityError('IDENTITY_SIGNING_KEY_UNKNOWN', 'Cannot revoke key: there is none of that id', {
        hint: 'See weir service signing-key list',
      });
    }
    await audit.append({ actor, action: 'revoke-key', resource: `signing-key:${id}`, outcome: 'done' });
    const revoked = { ...found, status: 'revoked' };
    await catalogue.transaction((tx) => this.#table.put(tx, revoked, found.sealed));
    return this.#show(revoked);
  }

  /**
   * The key of somebody by the name that a signature has for it.
   *
   * @param id untrusted
   * @returns SPKI in base64; null where it is not theirs, or counts no more
   */
  async find(id: string, person: string): Promise<string | null> {
    const { catalogue, clock } = this.#context;
    const row = await this.#table.get(catalogue, { id });
    const counts = row !== null && row.person === person && row.status === 'enabled' && row.expires > clock.now();
    return counts ? row.sealed.spki : null;
  }

  #show({ id, person, status, created, expires, sealed: { name, spki } }: Row): SigningKey {
    const ended = expires <= this.#context.clock.now() ? 'expired' : 'enabled';
    const key = httpVerifyingKey(Buffer.from(spki, 'base64'));
    return {
      id,
      person,
      name,
      algorithm: (key === null ? null : signatureAlgorithmOf(key)) ?? 'ed25519',
      status: status === 'revoked' ? 'revoked' : ended,
      created: micros(created),
      expires: micros(expires),
    };
  }
}

/** The DER of a public key that requests can be signed with. */
function readPem(text: string): Uint8Array {
  const [, body = ''] = PEM.exec(text) ?? [];
  const spki = Buffer.from(body, 'base64');
  const key = httpVerifyingKey(spki);
  if (key === null || signatureAlgorithmOf(key) === null) {
    throw invalid('it is no public key of Ed25519 or ECDSA P-256 in PEM');
  }
  return spki;
}

function invalid(why: string): IdentityError {
  return new IdentityError('IDENTITY_SIGNING_KEY_INVALID', `Cannot register key: ${why}`, {
    hint: 'openssl genpkey -algorithm ed25519 makes one; openssl pkey -pubout writes its public half',
  });
}
