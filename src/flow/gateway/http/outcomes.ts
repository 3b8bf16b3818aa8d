import { REASON, isStored, isTransient, reasonOf } from '#flow/ingest/index.ts';
import type { Outcomes } from '#flow/ingest/index.ts';

/** What became of one reading of a request. */
export interface ReadingOutcome {
  readonly index: number;
  /** `admitted`, `duplicate`, or the word of a refusal. */
  readonly outcome: string;
  /** Field or byte that a refusal names. */
  readonly place?: string;
}

/** The answer to a request with readings. */
export interface IngestAnswer {
  readonly stored: number;
  readonly refused: number;
  readonly outcomes: readonly ReadingOutcome[];
}

/** Gathers the outcomes of all parts of a request in order. */
export class OutcomeList {
  readonly #outcomes: ReadingOutcome[] = [];
  #stored = 0;
  #first: number | null = null;
  #fresh = false;

  get readings(): number {
    return this.#outcomes.length;
  }

  add({ reasons, places }: Outcomes): void {
    const start = this.#outcomes.length;
    for (const [i, reason] of reasons.entries()) this.#put(start + i, reason, places.get(i));
  }

  #put(index: number, reason: number, place: string | undefined): void {
    const outcome = reasonOf(reason)?.word ?? 'refused';
    this.#outcomes.push(place === undefined || place === '' ? { index, outcome } : { index, outcome, place });
    if (isStored(reason)) {
      this.#stored++;
      this.#fresh ||= reason === REASON.admitted.number;
    } else if (this.#first === null || (!isTransient(this.#first) && isTransient(reason))) {
      // "Send it again" is what a sender can act on, so it goes before other refusals.
      this.#first = reason;
    }
  }

  answer(): IngestAnswer {
    return { stored: this.#stored, refused: this.#outcomes.length - this.#stored, outcomes: this.#outcomes };
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
