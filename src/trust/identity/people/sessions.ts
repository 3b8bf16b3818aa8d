import { makeId, micros } from '#base/core/index.ts';
import type { Json, Micros } from '#base/core/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import type { Strength } from '#declare/policy/index.ts';
import { IdentityError } from '../errors.ts';
import type { IdentityContext } from '../identity-context.ts';
import type { People } from './people.ts';
import type { Person } from './person.ts';
import { makeSecret, readSecret } from './secret-token.ts';
import type { ShownSecret } from './secret-token.ts';
import { SESSIONS } from './sign-in-tables.ts';
import type { SessionPrivate } from './sign-in-tables.ts';
import type { SignIn } from './sign-in.ts';

/** What somebody has after signing in, for some hours. */
export interface Session {
  readonly id: string;
  /** Whose it is. */
  readonly person: string;
  readonly method: SessionMethod;
  readonly strength: Strength;
  /** Where it began. */
  readonly address: string;
  readonly created: Micros;
  readonly expires: Micros;
  /** To the minute. */
  readonly lastUsed: Micros;
}

/** How a session began. */
export type SessionMethod = 'password' | 'code' | 'login';

/** What is known of somebody when a session begins. */
export interface SessionStart {
  readonly person: Person;
  readonly method: SessionMethod;
  readonly strength: Strength;
  readonly address: string;
  /** What the identity provider said, by which roles are worked out at each request. */
  readonly claims?: { readonly issuer: string; readonly claims: Json };
}

/** A session's token is shown this once. */
export interface NewSession {
  readonly session: Session;
  readonly secret: string;
}

/** The roles that claims of an issuer give by the template of this moment; null where the issuer is none any more. */
export type RolesNow = (issuer: string, claims: Json) => readonly string[] | null;

type Table = SealedTable<typeof SESSIONS.key, typeof SESSIONS.clear, SessionPrivate>;
type Row = Awaited<ReturnType<Table['get']>> & object;

const MINUTE = 60_000_000;
/** Sessions of one person that count at once; the oldest gives way. */
const MOST_SESSIONS = 32;
/** How long it is remembered that a session was revoked, beyond its own end. */
const REMEMBERED = 86_400_000_000;

/** Sessions: short, listed, ended at once, looked at anew with each request. */
export class Sessions {
  readonly #context: IdentityContext;
  readonly #people: People;
  readonly #rolesNow: RolesNow;
  readonly #table: Table;

  constructor(context: IdentityContext, people: People, rolesNow: RolesNow) {
    this.#context = context;
    this.#people = people;
    this.#rolesNow = rolesNow;
    this.#table = new SealedTable(SESSIONS, context.people);
  }

  /** Begins a session of somebody who has just shown who they are. */
  async begin({ person, method, strength, address, claims }: SessionStart): Promise<NewSession> {
    const { catalogue, clock, random, audit, declared } = this.#context;
    const now = clock.now();
    const secret = makeSecret('session', random);
    const digest = readSecret(secret)?.digest ?? new Uint8Array(0);
    const id = makeId(clock, random);
    const expires = micros(now + declared.signIn().session.life * 1_000);
    await audit.append({
      actor: `person:${person.id}`,
      action: 'begin-session',
      resource: `session:${id}`,
      outcome: 'done',
      detail: { method, strength, expires },
    });
    const row = { digest, id, person: person.id, status: 'enabled', method, strength, created: now, expires };
    const sealed = { address, issuer: claims?.issuer ?? null, claims: claims?.claims ?? null };
    await catalogue.transaction(async (tx) => {
      for (const old of await this.#table.list(tx, { where: { expires: { below: micros(now - REMEMBERED) } } })) {
        await this.#table.delete(tx, { digest: old.digest });
      }
      const live = await this.#table.list(tx, {
        where: { person: person.id, status: 'enabled', expires: { from: micros(now + 1) } },
        order: ['last_used', 'id'],
      });
      for (const oldest of live.slice(0, Math.max(0, live.length - MOST_SESSIONS + 1))) {
        await this.#table.put(tx, { ...oldest, status: 'revoked' }, oldest.sealed);
      }
      await this.#table.insert(tx, { ...row, last_used: now }, sealed);
    });
    return { session: show({ ...row, last_used: now, sealed }), secret };
  }

  /** Sessions that count. @param person whose; everybody's where none is named */
  async list(person?: string): Promise<readonly Session[]> {
    const now = this.#context.clock.now();
    const rows = await this.#table.list(this.#context.catalogue, {
      where: { status: 'enabled', expires: { from: micros(now + 1) }, ...(person === undefined ? {} : { person }) },
      order: ['created', 'id'],
    });
    return rows.filter((row) => !this.#isIdle(row, now)).map(show);
  }

  /** Ends a session: its next request is refused. @throws {IdentityError} IDENTITY_SESSION_UNKNOWN */
  async revoke(id: string, actor: string): Promise<Session> {
    const [found] = await this.#table.list(this.#context.catalogue, { where: { id }, limit: 1 });
    if (found === undefined) {
      throw new IdentityError('IDENTITY_SESSION_UNKNOWN', 'Cannot end session: there is none of that id', {
        hint: 'See weir session list',
      });
    }
    await this.#revoke([found], actor);
    return show(found);
  }

  /** Ends all sessions of somebody, as when their password changes; tells how many there were. */
  async revokeAll(person: string, actor: string): Promise<number> {
    const rows = await this.#table.list(this.#context.catalogue, { where: { person, status: 'enabled' } });
    await this.#revoke(rows, actor);
    return rows.length;
  }

  /** Whose session it is, at this moment. */
  async signIn({ digest }: ShownSecret): Promise<SignIn> {
    const { catalogue, clock } = this.#context;
    const row = await this.#table.get(catalogue, { digest });
    const now = clock.now();
    if (row === null) return { outcome: 'unknown' };
    if (row.status !== 'enabled') return { outcome: 'revoked' };
    if (row.expires <= now || this.#isIdle(row, now)) return { outcome: 'expired' };
    const person = await this.#people.find(row.person);
    if (person === null) return { outcome: 'unknown' };
    if (person.status !== 'enabled') return { outcome: 'disabled' };
    const { issuer, claims } = row.sealed;
    const roles = issuer === null ? person.roles : this.#rolesNow(issuer, claims);
    if (roles === null) return { outcome: 'revoked' };
    await this.#noteUse(row, now);
    const { method, strength } = show(row);
    return { outcome: 'ok', person: { ...person, roles }, method, strength, credential: `session:${row.id}` };
  }

  /**
   * The roles that the identity provider of somebody last vouched for, by the template of this moment; null where none
   * of their sessions counts any more. That a session is idle says only that its holder is away, which is when keys and
   * agents of theirs work.
   */
  async vouchedRoles(person: string): Promise<readonly string[] | null> {
    const { catalogue, clock } = this.#context;
    const live = await this.#table.list(catalogue, {
      where: { person, status: 'enabled', expires: { from: micros(clock.now() + 1) } },
      order: ['created', 'id'],
    });
    const last = live.map(({ sealed }) => sealed).findLast(({ issuer }) => issuer !== null);
    return last === undefined || last.issuer === null ? null : this.#rolesNow(last.issuer, last.claims);
  }

  #isIdle(row: Row, now: Micros): boolean {
    return now - row.last_used > this.#context.declared.signIn().session.idle * 1_000;
  }

  async #revoke(rows: readonly Row[], actor: string): Promise<void> {
    const { catalogue, audit } = this.#context;
    for (const { id, digest } of rows) {
      await audit.append({ actor, action: 'revoke-session', resource: `session:${id}`, outcome: 'done' });
      await catalogue.transaction(async (tx) => {
        const row = await this.#table.get(tx, { digest });
        if (row !== null) await this.#table.put(tx, { ...row, status: 'revoked' }, row.sealed);
      });
    }
  }

  /** Once a minute at most, as with keys. */
  async #noteUse(row: Row, now: Micros): Promise<void> {
    if (now - row.last_used < MINUTE) return;
    await this.#context.catalogue.transaction(async (tx) => {
      // Read again: it may have been revoked meanwhile, which must not be undone.
      const current = await this.#table.get(tx, { digest: row.digest });
      if (current !== null) await this.#table.put(tx, { ...current, last_used: now }, current.sealed);
    });
  }
}

function show({ id, person, method, strength, created, expires, last_used: lastUsed, sealed }: Row): Session {
  return {
    id,
    person,
    // Only these were stored, and the row vouches for itself.
    method: method as SessionMethod,
    strength: strength as Strength,
    address: sealed.address,
    created: micros(created),
    expires: micros(expires),
    lastUsed: micros(lastUsed),
  };
}
