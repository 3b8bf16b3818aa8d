import { makeId, micros } from '#base/core/index.ts';
import type { Micros, Millis } from '#base/core/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import type { Action, Scope } from '#declare/policy/index.ts';
import { IdentityError } from '../errors.ts';
import type { IdentityContext } from '../identity-context.ts';
import { listDetail } from '../list-detail.ts';
import type { People } from './people.ts';
import { isVouchedFor } from './person.ts';
import { makeSecret, readSecret } from './secret-token.ts';
import type { ShownSecret } from './secret-token.ts';
import { API_KEYS } from './sign-in-tables.ts';
import type { ApiKeyPrivate } from './sign-in-tables.ts';
import type { SignIn } from './sign-in.ts';

/** A key by which a program signs in as somebody. The key itself is kept nowhere. */
export interface ApiKey {
  readonly id: string;
  /** Whose it is. */
  readonly person: string;
  /** What it is called, for people. */
  readonly name: string;
  readonly scope: Scope;
  /** Roles of the software that acts for its owner by this key; null where it is the owner's own. */
  readonly agent: readonly string[] | null;
  readonly status: 'enabled' | 'revoked' | 'expired';
  readonly created: Micros;
  readonly expires: Micros;
  /** To the minute; null where it was never used. */
  readonly lastUsed: Micros | null;
}

/** What a key is asked for. */
export interface ApiKeyRequest {
  readonly person: string;
  readonly name: string;
  readonly scope: Scope;
  readonly life: Millis;
  /** Has the key be one of software that acts for its owner, with these roles of theirs. */
  readonly agent?: readonly string[];
}

/** A key is shown this once. */
export interface NewApiKey {
  readonly key: ApiKey;
  readonly secret: string;
}

/** The roles that an identity provider last vouched for, of who is one of its people; null where none counts. */
export type VouchedRoles = (person: string) => Promise<readonly string[] | null>;

type Table = SealedTable<typeof API_KEYS.key, typeof API_KEYS.clear, ApiKeyPrivate>;
type Row = Awaited<ReturnType<Table['get']>> & object;

const MINUTE = 60_000_000;
/** How long a key is listed after its end. */
const REMEMBERED = 90 * 86_400_000_000;
const LONGEST_LIFE_DAYS = 730;
const DAY_MS = 86_400_000;
/** Keys of one holder that count at once. */
const MOST_KEYS = 100;
const MOST_WORDS = 256;
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
/** Names of views and purposes; what the template does not have is a name that grants nothing. */
const WORD = /^_?[A-Za-z][A-Za-z0-9_-]{0,62}$/;

/** Keys of programs: each for some actions, views and purposes, for some time. */
export class ApiKeys {
  readonly #context: IdentityContext;
  readonly #people: People;
  readonly #vouchedRoles: VouchedRoles;
  readonly #table: Table;

  constructor(context: IdentityContext, people: People, vouchedRoles: VouchedRoles) {
    this.#context = context;
    this.#people = people;
    this.#vouchedRoles = vouchedRoles;
    this.#table = new SealedTable(API_KEYS, context.people);
  }

  /**
   * Makes a key. It never grants more than its holder has.
   *
   * @throws {IdentityError} IDENTITY_API_KEY_INVALID, IDENTITY_PERSON_UNKNOWN, IDENTITY_API_KEYS_LIMIT
   */
  async issue(request: ApiKeyRequest, actor: string): Promise<NewApiKey> {
    const { catalogue, clock, random, audit } = this.#context;
    requireSound(request);
    const { id: person, kind } = await this.#people.show(request.person);
    if (kind === 'operator') throw invalid('the operator signs in by certificate alone');
    if (request.agent !== undefined && kind !== 'person') throw invalid('software acts for people alone');
    const now = clock.now();
    if (
      (await this.#table.count(catalogue, { person, status: 'enabled', expires: { from: micros(now + 1) } })) >=
      MOST_KEYS
    ) {
      throw new IdentityError('IDENTITY_API_KEYS_LIMIT', `Cannot make key: its holder has ${MOST_KEYS} that count`, {
        hint: 'Revoke those that are not used: weir service key list shows when each was',
      });
    }
    const secret = makeSecret('key', random);
    const digest = readSecret(secret)?.digest ?? new Uint8Array(0);
    const id = makeId(clock, random);
    const { name, scope, agent } = request;
    const kept = { name, ...scope, ...(agent === undefined ? {} : { agent: [...agent] }) };
    const expires = micros(now + request.life * 1_000);
    await audit.append({
      actor,
      action: 'issue-key',
      resource: `key:${id}`,
      outcome: 'done',
      detail: {
        person,
        expires,
        ...scopeDetail(scope),
        ...(agent === undefined ? {} : { for: 'agent', ...listDetail('roles', agent) }),
      },
    });
    const row = { digest, id, person, status: 'enabled', created: now, expires, last_used: null };
    await catalogue.transaction(async (tx) => {
      for (const old of await this.#table.list(tx, {
        where: { person, expires: { below: micros(now - REMEMBERED) } },
      })) {
        await this.#table.delete(tx, { digest: old.digest });
      }
      await this.#table.insert(tx, row, kept);
    });
    return { key: this.#show({ ...row, sealed: kept }), secret };
  }

  /** @param person whose; all where none is named */
  async list(person?: string): Promise<readonly ApiKey[]> {
    const where = person === undefined ? {} : { person };
    const rows = await this.#table.list(this.#context.catalogue, { where, order: ['created', 'id'] });
    if (person !== undefined) return rows.map((row) => this.#show(row));
    // The platform's own programs are in no list.
    const listed = new Set((await this.#people.list()).map(({ id }) => id));
    return rows.filter((row) => listed.has(row.person)).map((row) => this.#show(row));
  }

  /**
   * Takes a key back: its next request is refused.
   *
   * @param person whose it has to be; anybody's where none is named
   * @throws {IdentityError} IDENTITY_API_KEY_UNKNOWN
   */
  async revoke(id: string, actor: string, person?: string): Promise<ApiKey> {
    const { catalogue, audit } = this.#context;
    const where = person === undefined ? { id } : { id, person };
    const [found] = await this.#table.list(catalogue, { where, limit: 1 });
    if (found === undefined) {
      throw new IdentityError('IDENTITY_API_KEY_UNKNOWN', 'Cannot revoke key: there is none of that id', {
        hint: 'See weir service key list',
      });
    }
    await audit.append({ actor, action: 'revoke-key', resource: `key:${id}`, outcome: 'done' });
    return catalogue.transaction(async (tx) => {
      const row = (await this.#table.get(tx, { digest: found.digest })) ?? found;
      const revoked = { ...row, status: 'revoked' };
      await this.#table.put(tx, revoked, row.sealed);
      return this.#show(revoked);
    });
  }

  /** Who a key belongs to. */
  async signIn({ digest }: ShownSecret): Promise<SignIn> {
    const { catalogue, clock } = this.#context;
    const row = await this.#table.get(catalogue, { digest });
    if (row === null) return { outcome: 'unknown' };
    if (row.status !== 'enabled') return { outcome: 'revoked' };
    if (row.expires <= clock.now()) return { outcome: 'expired' };
    const person = await this.#people.find(row.person);
    if (person === null) return { outcome: 'unknown' };
    if (person.status !== 'enabled') return { outcome: 'disabled' };
    const roles = isVouchedFor(person) ? await this.#vouchedRoles(person.id) : person.roles;
    if (roles === null) return { outcome: 'unvouched' };
    await this.#noteUse(row);
    const { scope, agent } = this.#show(row);
    const credential = `key:${row.id}`;
    const signedIn = {
      outcome: 'ok',
      person: { ...person, roles },
      method: 'key',
      strength: 'bearer',
      scope,
      credential,
    } as const;
    return agent === null ? signedIn : { ...signedIn, agent: { id: `agent-${row.id}`, roles: agent } };
  }

  /** Once a minute at most: a busy program must not turn every request into a write. */
  async #noteUse(row: Row): Promise<void> {
    const { catalogue, clock } = this.#context;
    const now = clock.now();
    if (row.last_used !== null && now - row.last_used < MINUTE) return;
    await catalogue.transaction(async (tx) => {
      // Read again: it may have been revoked meanwhile, which must not be undone.
      const current = await this.#table.get(tx, { digest: row.digest });
      if (current !== null) await this.#table.put(tx, { ...current, last_used: now }, current.sealed);
    });
  }

  #show({ id, person, status, created, expires, last_used: lastUsed, sealed }: Row): ApiKey {
    const { name, actions, views, purposes, agent = null } = sealed;
    const ended = expires <= this.#context.clock.now() ? 'expired' : 'enabled';
    return {
      id,
      person,
      name,
      // Only actions that there are were stored; one that a later version drops is granted by nothing.
      scope: { actions: actions as readonly Action[] | null, views, purposes },
      agent,
      status: status === 'revoked' ? 'revoked' : ended,
      created: micros(created),
      expires: micros(expires),
      lastUsed: lastUsed === null ? null : micros(lastUsed),
    };
  }
}

function requireSound({ name, life, scope }: ApiKeyRequest): void {
  if (!NAME.test(name)) throw invalid('its name is none: 1 to 64 letters, digits, dots, hyphens and underscores');
  if (!(life >= 60_000 && life <= LONGEST_LIFE_DAYS * DAY_MS)) {
    throw invalid(`its life is not between a minute and ${LONGEST_LIFE_DAYS} days`);
  }
  for (const [what, words] of Object.entries(scope) as [string, readonly string[] | null][]) {
    const wrong = words?.find((word) => !WORD.test(word));
    if (wrong !== undefined) throw invalid(`${JSON.stringify(wrong.slice(0, 64))} among its ${what} is no name`);
    if ((words?.length ?? 0) > MOST_WORDS) throw invalid(`more than ${MOST_WORDS} ${what} are named`);
  }
}

function scopeDetail({ actions, views, purposes }: Scope): Readonly<Record<string, string>> {
  return Object.assign(
    {},
    ...Object.entries({ actions, views, purposes }).map(([what, words]) =>
      words === null ? {} : listDetail(what, words),
    ),
  ) as Record<string, string>;
}

function invalid(why: string): IdentityError {
  return new IdentityError('IDENTITY_API_KEY_INVALID', `Cannot make key: ${why}`);
}
