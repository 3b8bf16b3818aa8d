import { MOST_PURPOSES } from './consent-table.ts';
import type { ConsentChange, ConsentPlace, ConsentTable } from './consent-table.ts';

/** What a worker needs to decide by consent. */
export interface ConsentSnapshot {
  readonly purposes: ConsentChange['purposes'];
  readonly places: readonly ConsentPlace[];
}

/**
 * Whether people consent, for one worker: where each lies in the shared table. A look-up is a look in a map, whose keys
 * are tokens that the worker holds already, and one atomic load for each purpose of the stream.
 */
export class ConsentLookup {
  readonly #table: ConsentTable;
  readonly #streams = new Map<string, StreamConsents>();

  constructor(table: ConsentTable, { purposes, places }: ConsentSnapshot) {
    this.#table = table;
    this.note({ purposes, places });
  }

  /** Takes persons that are new. Those that are known need no telling: their slot says all. */
  note({ purposes, places }: ConsentSnapshot): void {
    for (const [stream, names] of Object.entries(purposes)) this.of(stream).number(names);
    for (const { stream, subject, slot } of places) this.of(stream).place(subject, slot);
  }

  /** Of a stream; the same object for ever, whatever comes. */
  of(stream: string): StreamConsents {
    let consents = this.#streams.get(stream);
    if (consents === undefined) this.#streams.set(stream, (consents = new StreamConsents(this.#table)));
    return consents;
  }
}

/** Consents to one stream. */
export class StreamConsents {
  readonly #table: ConsentTable;
  readonly #slots = new Map<string, number>();
  #numbers: readonly string[] = [];
  #purposes: readonly string[] = [];
  /** Numbers of the purposes that the template names now, by their places; -1 for one that nobody ever agreed to. */
  #asked = new Int32Array(0);

  constructor(table: ConsentTable) {
    this.#table = table;
  }

  /** Says which purposes the stream is for now. */
  asked(purposes: readonly string[]): this {
    this.#purposes = purposes;
    const numbers = purposes.map((purpose) => this.#numbers.indexOf(purpose));
    this.#asked = Int32Array.from(numbers, (number) => (number < MOST_PURPOSES ? number : -1));
    return this;
  }

  /** Says by which numbers purposes are known. */
  number(names: readonly string[]): void {
    this.#numbers = names;
    this.asked(this.#purposes);
  }

  place(subject: string, slot: number): void {
    this.#slots.set(subject, slot);
  }

  /**
   * What somebody agrees to: a bit for each purpose of the stream, by its place; 0 for nothing.
   *
   * @param subject as the row holds it: tokenised
   * @param now epoch microseconds
   */
  standing(subject: string, now: number): number {
    const slot = this.#slots.get(subject);
    if (slot === undefined) return 0;
    const seconds = now / 1e6;
    const asked = this.#asked;
    let standing = 0;
    for (let i = 0; i < asked.length; i++) {
      const number = asked[i]!;
      if (number !== -1 && this.#table.until(slot, number) > seconds) standing |= 1 << i;
    }
    return standing;
  }
}
