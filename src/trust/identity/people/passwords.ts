import { encodeUtf8, equalBytes, fromBase64, toBase64 } from '#base/core/index.ts';
import { derivePassphraseKey, makePassphraseParameters } from '#base/crypto/index.ts';
import type { PassphraseParameters } from '#base/crypto/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import { IdentityError } from '../errors.ts';
import type { IdentityContext } from '../identity-context.ts';
import { AttemptLimit } from './attempt-limit.ts';
import type { People } from './people.ts';
import type { Person } from './person.ts';
import { PASSWORDS } from './sign-in-tables.ts';
import type { PasswordPrivate } from './sign-in-tables.ts';
import type { SignInRefusal } from './sign-in.ts';

/**
 * What became of a password. `wrong` and the refusals of every credential look alike from outside; `limited` and
 * `busy` say to come again later, and say it for names that nobody has just as well.
 */
export type PasswordOutcome =
  | { readonly outcome: 'ok'; readonly person: Person }
  | { readonly outcome: SignInRefusal | 'wrong' | 'limited' | 'busy' };

/** What a password costs to derive from, salt aside. */
export type PasswordCost = Pick<PassphraseParameters, 'memoryKiB' | 'passes' | 'lanes'>;

/** NIST SP 800-63B-4 section 3.1.1.2 asks for 15 characters where a password is the only factor. */
const SHORTEST = 15;
const LONGEST = 256;
/** Each computation takes 64 MiB and some tenths of a second: two at once, a few waiting, the rest later. */
const AT_ONCE = 2;
const MOST_WAITING = 16;
/** Attempts at one account from anywhere, and from one address at any account. */
const PER_ACCOUNT = { burst: 10, perMinute: 1 };
const PER_ADDRESS = { burst: 30, perMinute: 10 };

/** Passwords of accounts of the platform. Only what argon2id derives from them is kept, sealed. */
export class Passwords {
  readonly #context: IdentityContext;
  readonly #people: People;
  readonly #cost: PasswordCost | null;
  readonly #table: SealedTable<typeof PASSWORDS.key, typeof PASSWORDS.clear, PasswordPrivate>;
  readonly #accounts: AttemptLimit;
  readonly #addresses: AttemptLimit;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** @param cost null takes the recommendation of RFC 9106 section 4 */
  constructor(context: IdentityContext, people: People, cost: PasswordCost | null = null) {
    const { clock, random } = context;
    this.#context = context;
    this.#people = people;
    this.#cost = cost;
    this.#table = new SealedTable(PASSWORDS, context.people);
    this.#accounts = new AttemptLimit(PER_ACCOUNT, clock, random);
    this.#addresses = new AttemptLimit(PER_ADDRESS, clock, random);
  }

  /**
   * Sets somebody's password.
   *
   * @throws {IdentityError} IDENTITY_PASSWORD_INVALID, IDENTITY_PERSON_UNKNOWN, IDENTITY_PERSON_INVALID, IDENTITY_BUSY
   */
  async set(id: string, password: string, actor: string): Promise<void> {
    const { catalogue, clock, random, audit } = this.#context;
    const { kind, name } = await this.#people.show(id);
    if (kind !== 'person' || name.includes(':')) {
      throw new IdentityError('IDENTITY_PERSON_INVALID', 'Cannot set password: it is no account of a person', {
        hint: 'The operator signs in by certificate, programs by key, others at their identity provider',
      });
    }
    requireSound(password, name);
    const parameters = { ...makePassphraseParameters(random), ...this.#cost };
    const derived = await this.#derive(password, parameters);
    if (derived === null) {
      throw new IdentityError('IDENTITY_BUSY', 'Cannot set password: too many are being worked on');
    }
    await audit.append({ actor, action: 'set-password', resource: `person:${id}`, outcome: 'done' });
    const { memoryKiB, passes, lanes, salt } = parameters;
    const sealed = { memoryKiB, passes, lanes, salt: toBase64(salt), derived: toBase64(derived) };
    await this.#table.put(catalogue, { person: id, changed: clock.now() }, sealed);
  }

  /**
   * Whether a password is that of an account. A name that nobody has costs the same work as one that somebody has.
   *
   * @param name untrusted, as is the password
   * @param address where the attempt comes from
   */
  async verify(name: string, password: string, address: string): Promise<PasswordOutcome> {
    if (!this.#addresses.take(address) || !this.#accounts.take(name)) return { outcome: 'limited' };
    const person = await this.#people.findByName(name);
    const row = person === null ? null : await this.#table.get(this.#context.catalogue, { person: person.id });
    const kept = row?.sealed ?? null;
    const parameters: PassphraseParameters = {
      ...makePassphraseParameters(this.#context.random),
      ...(kept === null
        ? this.#cost
        : { memoryKiB: kept.memoryKiB, passes: kept.passes, lanes: kept.lanes, salt: fromBase64(kept.salt) }),
    };
    const derived = await this.#derive(password.slice(0, LONGEST + 1), parameters);
    if (derived === null) return { outcome: 'busy' };
    if (person === null || kept === null) return { outcome: 'unknown' };
    // As it is now: it may have been replaced meanwhile, and with it all sessions were ended.
    const now = await this.#table.get(this.#context.catalogue, { person: person.id });
    if (now === null || !equalBytes(derived, fromBase64(now.sealed.derived))) return { outcome: 'wrong' };
    if (person.status !== 'enabled') return { outcome: 'disabled' };
    this.#accounts.forgive(name);
    return { outcome: 'ok', person };
  }

  /** Null where too many wait already. */
  async #derive(password: string, parameters: PassphraseParameters): Promise<Uint8Array | null> {
    if (this.#running >= AT_ONCE) {
      if (this.#waiting.length >= MOST_WAITING) return null;
      // Whoever ends hands its place on, so that none is taken by a third in between.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running += 1;
    try {
      return await derivePassphraseKey(encodeUtf8(canonical(password)), parameters);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

/** The same text however a keyboard composes it. @see NIST SP 800-63B-4 section 3.1.1.2; RFC 8265 section 4 */
function canonical(password: string): string {
  // A space keeps the empty text from being an error of the derivation: no password is that short.
  return password.normalize('NFC') || ' ';
}

function requireSound(password: string, name: string): void {
  const length = Array.from(canonical(password)).length;
  const state =
    length < SHORTEST || length > LONGEST
      ? `it has ${length} characters, not ${SHORTEST} to ${LONGEST}`
      : new Set(password).size < 5
        ? 'it repeats a few characters'
        : password.toLowerCase().replaceAll(name.toLowerCase(), '').length < 8
          ? 'it is little more than the name'
          : null;
  if (state === null) return;
  throw new IdentityError('IDENTITY_PASSWORD_INVALID', `Cannot set password: ${state}`, {
    hint: 'Take several words, or let a password manager make one',
  });
}
