import { NAME_PATTERN, equalBytes, hasCode, makeId, micros, toHex } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import type { CatalogueTransaction } from '#base/storage/index.ts';
import type { FindingKeys } from '#trust/keys/index.ts';
import { IdentityError } from '../errors.ts';
import type { IdentityContext } from '../identity-context.ts';
import { CERTIFICATES, PEOPLE, TOKENS } from '../identity-tables.ts';
import type { PersonPrivate } from '../identity-tables.ts';
import { listDetail } from '../list-detail.ts';
import { REGION_OF_ROLES } from './person.ts';
import type { Person } from './person.ts';
import { makeSecret, readSecret } from './secret-token.ts';
import type { SignIn } from './sign-in.ts';

/** A token is shown this once. */
export interface NewToken {
  readonly person: Person;
  readonly token: string;
}

type Row = Awaited<ReturnType<SealedTable<typeof PEOPLE.key, typeof PEOPLE.clear, PersonPrivate>['get']>> & object;

const MOST_ROLES = 32;

/** Name in the operator's client certificate, and of its entry. */
export const OPERATOR = 'operator';

/** People and programs, and their bearer tokens. Names are sealed; a keyed digest finds them. */
export class People {
  readonly #context: IdentityContext;
  readonly #names: FindingKeys;
  readonly #table: SealedTable<typeof PEOPLE.key, typeof PEOPLE.clear, PersonPrivate>;
  readonly #tokens: SealedTable<typeof TOKENS.key, typeof TOKENS.clear>;
  readonly #certificates: SealedTable<typeof CERTIFICATES.key, typeof CERTIFICATES.clear>;

  private constructor(context: IdentityContext, names: FindingKeys) {
    this.#context = context;
    this.#names = names;
    this.#table = new SealedTable(PEOPLE, context.people);
    this.#tokens = new SealedTable(TOKENS, context.people);
    this.#certificates = new SealedTable(CERTIFICATES, context.machines);
  }

  /** Opens the list; makes the operator's entry where it is missing. */
  static async open(context: IdentityContext): Promise<People> {
    const people = new People(context, await context.keys.findingKeys('person-name'));
    context.keys.lifecycle.holdDigests({
      purpose: 'person-name',
      count: (version) => people.#countNames(version),
      again: () => people.#digestNames(),
    });
    if ((await people.#byName(context.catalogue, OPERATOR)) === null) await people.#insert('operator', OPERATOR, []);
    return people;
  }

  /**
   * Adds a person with a bearer token.
   *
   * @throws {IdentityError} IDENTITY_PERSON_INVALID, IDENTITY_ROLE_INVALID, IDENTITY_PERSON_EXISTS
   */
  async add(name: string, roles: readonly string[], actor: string): Promise<NewToken> {
    const { id } = await this.create('person', name, roles, actor);
    return this.rotateToken(id, actor);
  }

  /**
   * Adds a person or program without any means to sign in.
   *
   * @throws {IdentityError} IDENTITY_PERSON_INVALID, IDENTITY_ROLE_INVALID, IDENTITY_PERSON_EXISTS
   */
  async create(kind: 'person' | 'service', name: string, roles: readonly string[], actor: string): Promise<Person> {
    if (!NAME_PATTERN.test(name)) {
      throw new IdentityError('IDENTITY_PERSON_INVALID', 'Cannot add person: the name is none', {
        hint: 'Take 1 to 64 letters, digits, hyphens and underscores, the first a letter or digit',
      });
    }
    this.#requireRoles(roles);
    if ((await this.#byName(this.#context.catalogue, name)) !== null) {
      throw exists();
    }
    return this.show(await this.#insert(kind, name, [...new Set(roles)].sort(), actor));
  }

  /**
   * The entry of somebody whom an identity provider vouches for, made when they first come. It holds no roles: what
   * the provider says of them decides at each request. Disabling it keeps them out, whatever the provider says.
   *
   * @param subject as the issuer calls them, at most 255 characters
   */
  async ofIssuer(kind: 'person' | 'service', issuer: string, subject: string): Promise<Person> {
    // By the colon neither can be taken for the other, see isVouchedFor().
    const name = `${issuer}:${subject}`;
    const known = await this.findByName(name);
    if (known !== null) return known;
    try {
      return await this.show(await this.#insert(kind, name, [], `issuer:${issuer}`));
    } catch (error) {
      // Two requests of somebody new at once: the other one was faster.
      if (!hasCode(error, 'IDENTITY_PERSON_EXISTS')) throw error;
      return (await this.findByName(name)) ?? Promise.reject(error);
    }
  }

  /**
   * A token for one of the platform's own programs, such as its prober, made at its first use. Its name begins with an
   * underscore, which no user's can, and it is in no list of people.
   *
   * @param roles as the policy knows them; the template's are not asked
   * @param expires ends the token by itself
   */
  async signInOwn(name: `_${string}`, roles: readonly string[], actor: string, expires: Micros): Promise<NewToken> {
    const known = await this.#byName(this.#context.catalogue, name);
    return this.rotateToken(known?.id ?? (await this.#insert('person', name, roles, actor)), actor, expires);
  }

  /** Gives a new token and ends all older ones at once. @throws {IdentityError} IDENTITY_PERSON_UNKNOWN */
  async rotateToken(id: string, actor: string, expires: Micros | null = null): Promise<NewToken> {
    const { catalogue, clock, random } = this.#context;
    const person = await this.show(id);
    if (person.kind === 'operator') {
      throw new IdentityError(
        'IDENTITY_PERSON_INVALID',
        'Cannot give token: the operator signs in by certificate alone',
      );
    }
    const token = makeSecret('token', random);
    const digest = readSecret(token)?.digest ?? new Uint8Array(0);
    await this.#audit(actor, 'rotate-token', id);
    await catalogue.transaction(async (tx) => {
      for (const row of await this.#tokens.list(tx, { where: { person: id } })) {
        await this.#tokens.delete(tx, { digest: row.digest });
      }
      const row = { id: makeId(clock, random), person: id, status: 'enabled', created: clock.now(), expires };
      await this.#tokens.insert(tx, { digest, ...row }, null);
    });
    return { person, token };
  }

  /** @throws {IdentityError} IDENTITY_PERSON_UNKNOWN, IDENTITY_ROLE_INVALID */
  async setRoles(id: string, roles: readonly string[], actor: string): Promise<Person> {
    this.#requireRoles(roles);
    const chosen = [...new Set(roles)].sort();
    await this.show(id);
    await this.#audit(actor, 'set-roles', id, chosen);
    return this.#update(id, (row) => ({ row, sealed: { ...row.sealed, roles: chosen } }));
  }

  /** Says where somebody is, whatever their roles say; null leaves it to these. @throws {IdentityError} IDENTITY_PERSON_UNKNOWN */
  async setRegion(id: string, region: string | null, actor: string): Promise<Person> {
    await this.show(id);
    const event = { actor, action: 'set-region', resource: `person:${id}`, outcome: 'done' } as const;
    await this.#context.audit.append({ ...event, detail: { region: region ?? REGION_OF_ROLES } });
    return this.#update(id, ({ sealed: { name, roles }, ...row }) => {
      const sealed = { name, roles, ...(region === null ? {} : { region }) };
      return { row: { ...row, sealed }, sealed };
    });
  }

  /** Ends all access at the next request, tokens and certificates alike. @throws {IdentityError} IDENTITY_PERSON_UNKNOWN */
  async disable(id: string, actor: string): Promise<Person> {
    await this.show(id);
    await this.#audit(actor, 'disable-person', id);
    return this.#update(id, (row) => ({ row: { ...row, status: 'disabled' }, sealed: row.sealed }));
  }

  /** @throws {IdentityError} IDENTITY_PERSON_UNKNOWN */
  async enable(id: string, actor: string): Promise<Person> {
    await this.show(id);
    await this.#audit(actor, 'enable-person', id);
    return this.#update(id, (row) => ({ row: { ...row, status: 'enabled' }, sealed: row.sealed }));
  }

  /** Lets the operator in again who was disabled, where nobody else could: for who holds the root key. */
  async enableOperator(actor: string): Promise<void> {
    const operator = await this.findByName(OPERATOR);
    if (operator?.status === 'disabled') await this.enable(operator.id, actor);
  }

  /** All entries, the operator's among them; not the platform's own programs. */
  async list(): Promise<readonly Person[]> {
    const rows = await this.#table.list(this.#context.catalogue, { order: ['created', 'id'] });
    return rows.map(personOf).filter(({ name }) => !name.startsWith('_'));
  }

  /** @throws {IdentityError} IDENTITY_PERSON_UNKNOWN */
  async show(id: string): Promise<Person> {
    return (await this.find(id)) ?? Promise.reject(unknown());
  }

  /** The entry of a program. @throws {IdentityError} IDENTITY_PERSON_UNKNOWN, IDENTITY_PERSON_INVALID */
  async requireService(id: string): Promise<Person> {
    const found = await this.show(id);
    if (found.kind === 'service' && NAME_PATTERN.test(found.name)) return found;
    throw new IdentityError('IDENTITY_PERSON_INVALID', 'Cannot give certificate: it is no program of this platform', {
      hint: 'Make one with weir service add',
    });
  }

  /** The entry of an id, or null. */
  async find(id: string): Promise<Person | null> {
    const row = await this.#table.get(this.#context.catalogue, { id });
    return row === null ? null : personOf(row);
  }

  /** The entry of a name, or null. */
  async findByName(name: string): Promise<Person | null> {
    const row = await this.#byName(this.#context.catalogue, name);
    return row === null ? null : personOf(row);
  }

  /** Who a bearer token belongs to. @param token untrusted */
  async signInWithToken(token: string): Promise<SignIn> {
    const shown = readSecret(token);
    if (shown?.kind !== 'token') return { outcome: 'malformed' };
    const { digest } = shown;
    const { catalogue, clock } = this.#context;
    // An index is searched with a digest of 256 random bits: how long that takes tells nothing about the token.
    const row = await this.#tokens.get(catalogue, { digest });
    if (row === null || !equalBytes(row.digest, digest)) return { outcome: 'unknown' };
    if (row.expires !== null && row.expires <= clock.now()) return { outcome: 'expired' };
    if (row.status !== 'enabled') return { outcome: 'disabled' };
    return this.#signIn(await this.#table.get(catalogue, { id: row.person }), 'token');
  }

  /**
   * Who a client certificate belongs to that was checked already.
   *
   * @param name from its URI
   * @param serial of the certificate in upper-case hex: it must be one that was given to that name and not taken back
   */
  async signInWithCertificate(name: string, serial?: string): Promise<SignIn> {
    const { catalogue } = this.#context;
    if (serial !== undefined) {
      const given = await this.#certificates.get(catalogue, { serial });
      if (given?.holder_kind !== 'client' || given.holder !== name) return { outcome: 'unknown' };
      if (given.state !== 'valid') return { outcome: 'revoked' };
    }
    return this.#signIn(await this.#byName(catalogue, name), 'certificate');
  }

  #signIn(row: Row | null, method: 'token' | 'certificate'): SignIn {
    if (row === null) return { outcome: 'unknown' };
    if (row.status !== 'enabled') return { outcome: 'disabled' };
    const strength = method === 'certificate' ? 'bound' : 'bearer';
    return { outcome: 'ok', person: personOf(row), method, strength, credential: null };
  }

  async #insert(kind: Person['kind'], name: string, roles: readonly string[], actor = 'weir:control'): Promise<string> {
    const { catalogue, clock, random } = this.#context;
    const id = `p${toHex(random.bytes(8))}`;
    await this.#audit(actor, 'add-person', id, roles);
    await catalogue.transaction(async (tx) => {
      // Looked at here: while the key is rotated, two digests of one name would not meet in the index.
      if ((await this.#byName(tx, name)) !== null) throw exists();
      const digest = this.#names.newest.key.macHex(name);
      const row = { id, kind, name_digest: digest, status: 'enabled', created: clock.now() };
      await this.#table.insert(tx, row, { name, roles });
    });
    return id;
  }

  async #update(id: string, change: (row: Row) => { row: Row; sealed: PersonPrivate }): Promise<Person> {
    return this.#context.catalogue.transaction(async (tx) => {
      const found = await this.#table.get(tx, { id });
      if (found === null) throw unknown();
      const { row, sealed } = change(found);
      await this.#table.put(tx, row, sealed);
      return personOf({ ...row, sealed });
    });
  }

  async #byName(tx: CatalogueTransaction, name: string): Promise<Row | null> {
    // After a rotation some stand under an older version for a moment.
    const digests = this.#names.all.map(({ key }) => key.macHex(name));
    const [row] = await this.#table.list(tx, { where: { name_digest: { in: digests } }, limit: 1 });
    return row ?? null;
  }

  /** Names whose digest a version of the key made. */
  async #countNames(version: number): Promise<number> {
    const key = this.#names.all.find((one) => one.version === version)?.key;
    if (key === undefined) return 0;
    const rows = await this.#table.list(this.#context.catalogue, { onDamaged: () => {} });
    return rows.filter(({ name_digest: digest, sealed }) => key.macHex(sealed.name) === digest).length;
  }

  /** Has every name found by the newest key, one at a time: whoever is looked for meanwhile is found by either. */
  async #digestNames(): Promise<number> {
    const { catalogue } = this.#context;
    let count = 0;
    for (const { id } of await this.#table.list(catalogue, { onDamaged: () => {} })) {
      count += await catalogue.transaction(async (tx) => {
        const now = await this.#table.get(tx, { id });
        if (now === null) return 0;
        const { sealed, ...row } = now;
        const digest = this.#names.newest.key.macHex(sealed.name);
        if (row.name_digest === digest) return 0;
        await this.#table.put(tx, { ...row, name_digest: digest }, sealed);
        return 1;
      });
    }
    return count;
  }

  async #audit(actor: string, action: string, id: string, roles?: readonly string[]): Promise<void> {
    const event = { actor, action, resource: `person:${id}`, outcome: 'done' } as const;
    await this.#context.audit.append(roles === undefined ? event : { ...event, detail: listDetail('roles', roles) });
  }

  #requireRoles(roles: readonly string[]): void {
    const wrong = roles.find((role) => !this.#context.declared.hasRole(role));
    if (wrong !== undefined || roles.length === 0 || roles.length > MOST_ROLES) {
      const state =
        wrong === undefined
          ? `${roles.length} are named, not 1 to ${MOST_ROLES}`
          : `the template has no role ${wrong.slice(0, 80)}`;
      throw new IdentityError('IDENTITY_ROLE_INVALID', `Cannot give roles: ${state}`, {
        hint: 'Name roles that stand under people in the template',
      });
    }
  }
}

function personOf(row: Row): Person {
  return {
    id: row.id,
    kind: row.kind === 'operator' || row.kind === 'service' ? row.kind : 'person',
    name: row.sealed.name,
    roles: row.sealed.roles,
    ...(row.sealed.region === undefined ? {} : { region: row.sealed.region }),
    status: row.status === 'enabled' ? 'enabled' : 'disabled',
    created: micros(row.created),
  };
}

function exists(): IdentityError {
  return new IdentityError('IDENTITY_PERSON_EXISTS', 'Cannot add person: there is one of that name', {
    hint: 'See weir user list',
  });
}

function unknown(): IdentityError {
  return new IdentityError('IDENTITY_PERSON_UNKNOWN', 'Cannot find person: there is none of that id', {
    hint: 'See weir user list',
  });
}
