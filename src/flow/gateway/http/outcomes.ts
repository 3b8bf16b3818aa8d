import { REASON, isStored, isTransient, reasonOf } from '#flow/ingest/index.ts';
import type { Outcomes } from '#flow/ingest/index.ts';

/** What became of one reading of a request. */
export interface ReadingOutcome {
  readonly index: number;
  /** `admitted`, `duplicate`, or the word of a refusal. */
  readonly outcome: string;
  /** Field or byte that a refusal names. */
  readonly place?: string;
  /** What is declared of it, where that explains the refusal. */
  readonly expected?: string;
}

/** The answer to a request with readings. */
export interface IngestAnswer {
  readonly stored: number;
  readonly refused: number;
  /** Members of stored readings that no field declares and that were left out: the first names of all of them. */
  readonly dropped?: readonly string[];
  readonly outcomes: readonly ReadingOutcome[];
}

/** What a stream declares, where that explains a refusal at a place. */
type Expected = (reason: number, place: string) => string | null;

/** Names that an answer lists, and their length. */
const MOST_DROPPED = 8;
const MOST_NAME = 64;

/** Gathers the outcomes of all parts of a request in order. */
export class OutcomeList {
  readonly #outcomes: ReadingOutcome[] = [];
  #stored = 0;
  #first: number | null = null;
  #fresh = false;
  readonly #dropped = new Set<string>();
  readonly #expected: Expected;

  /** @param expected what is declared where a refusal names a place; see `expectedOf` */
  constructor(expected: Expected = () => null) {
    this.#expected = expected;
  }

  get readings(): number {
    return this.#outcomes.length;
  }

  add({ reasons, places, dropped }: Outcomes): void {
    const start = this.#outcomes.length;
    for (const [i, reason] of reasons.entries()) this.#put(start + i, reason, places.get(i) ?? '');
    for (const name of dropped)
      if (this.#dropped.size < MOST_DROPPED) this.#dropped.add(name.slice(0, MOST_NAME).toWellFormed());
  }

  #put(index: number, reason: number, place: string): void {
    const outcome = reasonOf(reason)?.word ?? 'refused';
    const expected = isStored(reason) ? null : this.#expected(reason, place);
    this.#outcomes.push({
      index,
      outcome,
      ...(place === '' ? {} : { place }),
      ...(expected === null ? {} : { expected }),
    });
    if (isStored(reason)) {
      this.#stored++;
      this.#fresh ||= reason === REASON.admitted.number;
    } else if (this.#first === null || (!isTransient(this.#first) && isTransient(reason))) {
      // "Send it again" is what a sender can act on, so it goes before other refusals.
      this.#first = reason;
    }
  }

  answer(): IngestAnswer {
    const dropped = this.#dropped.size === 0 ? {} : { dropped: [...this.#dropped] };
    const refused = this.#outcomes.length - this.#stored;
    return { stored: this.#stored, refused, ...dropped, outcomes: this.#outcomes };
  }

  /** Number of the refusal that stands for the request where nothing of it was stored; null where something was. */
  get refusal(): number | null {
    return this.#stored === 0 ? this.#first : null;
  }

  /** 202 and 200 where all was stored (200: all of it before), 207 where some was. @see RFC 4918 section 11.1 */
  get status(): number {
    if (this.#first !== null) return 207;
    return (this.#fresh ? REASON.admitted : REASON.duplicate).http;
  }
}
