import { days, hours, micros } from '#base/core/index.ts';
import type { Clock, Micros, Millis } from '#base/core/index.ts';
import type { Issuer } from '../certificate-authority.ts';
import { encodeCrl, encodeEntries } from './crl.ts';
import type { Revocations } from './revocations.ts';

/** A whole list is good for a day and made anew after half of it, or when something changed. */
const FULL_LIFE = days(1);
/** A delta is good for an hour, on the same terms. */
const DELTA_LIFE = hours(1);
/** Deltas are against a whole list of at most this age, so that they stay short. */
const BASE_LIFE = days(1);
/** A certificate that has ended stays in lists this long, so that it is in one that was made after its end. */
const KEPT_AFTER_END = days(2);
/** Whole lists of more entries are made anew for a change once in this time; the delta has it at once. */
const LARGE = 20_000;
const LARGE_EVERY = hours(1);

/** Who signs lists: the issuing authorities that count, each with its own. */
export interface ListSigner {
  readonly issuers: readonly Issuer[];
  signBytes(generation: number, data: Uint8Array): Promise<Uint8Array>;
}

/** A list as it was made. */
interface MadeList {
  readonly der: Uint8Array;
  readonly number: number;
  readonly thisUpdate: Micros;
  readonly nextUpdate: Micros;
  /** Which state of the revocations it shows. */
  readonly state: number;
  readonly entries: number;
}

interface IssuerLists {
  full: MadeList | null;
  delta: MadeList | null;
  /** The whole list that deltas are against. */
  base: { readonly number: number; readonly at: Micros; readonly removals: number } | null;
  turn: Promise<unknown>;
}

/**
 * Signed lists of revoked certificates, one whole and one delta for each issuing authority, made when they are asked
 * for and kept while they are true.
 *
 * Numbers rise with every list and never go back, whatever is restored: they are seconds since 1970, or one more than
 * the last. Whole lists and deltas share them.
 *
 * @see RFC 5280 sections 5.2.3 and 5.2.4; docs/formats/revocation.md
 */
export class RevocationLists {
  readonly #revocations: Revocations;
  readonly #signer: ListSigner;
  readonly #clock: Clock;
  readonly #lists = new Map<number, IssuerLists>();
  #lastNumber = 0;
  #state = 0;
  #removals = 0;

  constructor(revocations: Revocations, signer: ListSigner, clock: Clock) {
    this.#revocations = revocations;
    this.#signer = signer;
    this.#clock = clock;
    revocations.onListed((removed) => {
      this.#state += 1;
      if (removed) this.#removals += 1;
    });
  }

  /** Rises with every change of what is revoked. */
  get state(): number {
    return this.#state;
  }

  /** The whole list of an authority's generation in DER; null where no such authority counts. */
  full(generation: number): Promise<Uint8Array | null> {
    return this.#inTurn(generation, async (issuer, lists) => (await this.#full(issuer, lists)).der);
  }

  /** What has changed since the whole list that it names. */
  delta(generation: number): Promise<Uint8Array | null> {
    return this.#inTurn(generation, async (issuer, lists) => {
      const now = this.#clock.now();
      const base = await this.#base(issuer, lists);
      if (lists.delta !== null && lists.delta.state === this.#state && isYoung(lists.delta, now))
        return lists.delta.der;
      lists.delta = await this.#make(issuer, { life: DELTA_LIFE, base: base.number, since: base.at });
      return lists.delta.der;
    });
  }

  async #full(issuer: Issuer, lists: IssuerLists): Promise<MadeList> {
    const now = this.#clock.now();
    const { full } = lists;
    if (full !== null && isYoung(full, now)) {
      const isLater = full.entries > LARGE && now - full.thisUpdate < LARGE_EVERY * 1_000;
      if (full.state === this.#state || isLater) return full;
    }
    lists.full = await this.#make(issuer, { life: FULL_LIFE, base: null, since: null });
    return lists.full;
  }

  /** A delta says what is new and never what was taken away: after that it begins with a new whole list. */
  async #base(issuer: Issuer, lists: IssuerLists): Promise<{ number: number; at: Micros }> {
    const { base } = lists;
    const now = this.#clock.now();
    if (base !== null && base.removals === this.#removals && now - base.at < BASE_LIFE * 1_000) return base;
    const removals = this.#removals;
    const { number, thisUpdate } = await this.#full(issuer, lists);
    lists.base = { number, at: thisUpdate, removals };
    return lists.base;
  }

  async #make(
    issuer: Issuer,
    { life, base, since }: { life: Millis; base: number | null; since: Micros | null },
  ): Promise<MadeList> {
    // Before the rows are read: what comes meanwhile makes the list old.
    const state = this.#state;
    const thisUpdate = this.#clock.now();
    const nextUpdate = micros(thisUpdate + life * 1_000);
    const parts: Uint8Array[] = [];
    let entries = 0;
    const where = {
      issuer: issuer.generation,
      expires: { from: thisUpdate - KEPT_AFTER_END * 1_000 },
      // From the second of the base on: times in lists are whole seconds.
      ...(since === null ? {} : { revoked: { from: Math.floor(since / 1_000_000) * 1_000_000 } }),
    };
    for await (const rows of this.#revocations.pages(where)) {
      parts.push(
        encodeEntries(rows.map(({ serial, revoked, reason }) => ({ serial, revoked: micros(revoked), reason }))),
      );
      entries += rows.length;
    }
    const number = this.#nextNumber(thisUpdate);
    const head = { issuer: issuer.certificate, number, thisUpdate, nextUpdate, base };
    const der = await encodeCrl(head, parts, (data) => this.#signer.signBytes(issuer.generation, data));
    return { der, number, thisUpdate, nextUpdate, state, entries };
  }

  #nextNumber(now: Micros): number {
    this.#lastNumber = Math.max(this.#lastNumber + 1, Math.floor(now / 1_000_000));
    return this.#lastNumber;
  }

  /** One list of an authority is made at a time: who asks meanwhile gets the same. */
  #inTurn(
    generation: number,
    step: (issuer: Issuer, lists: IssuerLists) => Promise<Uint8Array>,
  ): Promise<Uint8Array | null> {
    const issuer = this.#signer.issuers.find((one) => one.generation === generation);
    if (issuer === undefined) return Promise.resolve(null);
    const lists = this.#lists.get(generation) ?? { full: null, delta: null, base: null, turn: Promise.resolve() };
    this.#lists.set(generation, lists);
    const made = lists.turn.then(() => step(issuer, lists));
    lists.turn = made.catch(() => undefined);
    return made;
  }
}

/** Whether more than half of its life is left. */
function isYoung({ thisUpdate, nextUpdate }: MadeList, now: Micros): boolean {
  return now < (thisUpdate + nextUpdate) / 2 && now >= thisUpdate;
}
