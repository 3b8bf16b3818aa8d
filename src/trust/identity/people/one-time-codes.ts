import { makeId, micros, minutes } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import { IdentityError } from '../errors.ts';
import type { IdentityContext } from '../identity-context.ts';
import type { People } from './people.ts';
import type { Person } from './person.ts';
import { makeSecret, readSecret } from './secret-token.ts';
import { CODES } from './sign-in-tables.ts';
import type { SignInRefusal } from './sign-in.ts';

/** A code that is exchanged for a session once; shown this once. */
export interface NewCode {
  readonly person: Person;
  readonly code: string;
  readonly expires: Micros;
}

/** What became of a code that was shown. */
export type CodeOutcome = { readonly outcome: 'ok'; readonly person: Person } | { readonly outcome: SignInRefusal };

/** How long a code counts. */
export const CODE_LIFE = minutes(15);

/** One-time codes, by which somebody signs in for the first time, or again after losing all else. */
export class OneTimeCodes {
  readonly #context: IdentityContext;
  readonly #people: People;
  readonly #table: SealedTable<typeof CODES.key, typeof CODES.clear>;

  constructor(context: IdentityContext, people: People) {
    this.#context = context;
    this.#people = people;
    this.#table = new SealedTable(CODES, context.people);
  }

  /** Gives somebody a code and ends older ones. @throws {IdentityError} IDENTITY_PERSON_UNKNOWN, IDENTITY_PERSON_INVALID */
  async issue(person: string, actor: string): Promise<NewCode> {
    const { catalogue, clock, random, audit } = this.#context;
    const holder = await this.#people.show(person);
    if (holder.kind !== 'person' || holder.name.includes(':')) {
      throw new IdentityError('IDENTITY_PERSON_INVALID', 'Cannot give code: it is no account of a person', {
        hint: 'The operator signs in by certificate, programs by key, others at their identity provider',
      });
    }
    const code = makeSecret('code', random);
    const digest = readSecret(code)?.digest ?? new Uint8Array(0);
    const id = makeId(clock, random);
    const now = clock.now();
    const expires = micros(now + CODE_LIFE * 1_000);
    await audit.append({
      actor,
      action: 'issue-code',
      resource: `person:${person}`,
      outcome: 'done',
      detail: { code: id, expires },
    });
    await catalogue.transaction(async (tx) => {
      for (const row of await this.#table.list(tx, { where: { person } })) {
        await this.#table.delete(tx, { digest: row.digest });
      }
      for (const row of await this.#table.list(tx, { where: { expires: { below: now } } })) {
        await this.#table.delete(tx, { digest: row.digest });
      }
      await this.#table.insert(tx, { digest, id, person, created: now, expires }, null);
    });
    return { person: holder, code, expires };
  }

  /** Takes a code, which is used up by that. @param text untrusted */
  async redeem(text: string): Promise<CodeOutcome> {
    const shown = readSecret(text);
    if (shown?.kind !== 'code') return { outcome: 'malformed' };
    const { catalogue, clock } = this.#context;
    // Found and removed as one: of two who show it at once, one gets in.
    const row = await catalogue.transaction(async (tx) => {
      const found = await this.#table.get(tx, { digest: shown.digest });
      return found !== null && (await this.#table.delete(tx, { digest: shown.digest })) ? found : null;
    });
    if (row === null) return { outcome: 'unknown' };
    if (row.expires <= clock.now()) return { outcome: 'expired' };
    const person = await this.#people.find(row.person);
    if (person === null) return { outcome: 'unknown' };
    return person.status === 'enabled' ? { outcome: 'ok', person } : { outcome: 'disabled' };
  }
}
