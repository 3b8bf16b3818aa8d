/** Consent of one person to one stream, for the gateway: until when it counts, by number of the purpose. */
export interface ConsentEntry {
  readonly stream: string;
  /** What the subject field of an admitted reading holds. */
  readonly subject: string;
  /** Epoch seconds by the purpose's number; 0 where it does not count, `FOREVER` where it does not end. */
  readonly until: readonly number[];
}

/** Entries, with the numbers of the purposes of each stream that they are about. */
export interface ConsentChange {
  /** Names of purposes by stream; a purpose's number is its place. Numbers are only ever added to. */
  readonly purposes: Readonly<Record<string, readonly string[]>>;
  readonly entries: readonly ConsentEntry[];
}

/** Where an entry lies in the shared table. */
export interface ConsentPlace {
  readonly stream: string;
  readonly subject: string;
  readonly slot: number;
}

/** Purposes of one stream that consent can be asked for. */
export const MOST_PURPOSES = 15;
/** The end of a consent that has none. */
export const FOREVER = 0xffff_ffff;

const VERSION = 1;
const H_VERSION = 0;
const H_SLOTS = 1;
const H_EPOCH = 2;
/** One cache line a person and stream: the purposes, and one word to spare. */
const SLOT_WORDS = 16;

/** Persons, counted once for each stream, where nothing else is said: 64 MiB, of which memory is taken as it is used. */
export const CONSENT_SLOTS = 1_048_576;

/**
 * What all gateway workers share of consent, beside the device table and in its manner: until when each person's
 * consent counts. One thread writes, all read; a withdrawal is one store and is seen by the next reading on every worker.
 */
export class ConsentTable {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  private constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  static create(slots = CONSENT_SLOTS): ConsentTable {
    const buffer = new SharedArrayBuffer((slots + 1) * SLOT_WORDS * 4);
    const words = new Int32Array(buffer);
    words[H_SLOTS] = slots;
    Atomics.store(words, H_VERSION, VERSION);
    return new ConsentTable(buffer);
  }

  /** The same table in another thread. */
  static attach(buffer: SharedArrayBuffer): ConsentTable {
    if (Atomics.load(new Int32Array(buffer), H_VERSION) !== VERSION)
      throw new TypeError('this is no table of consents');
    return new ConsentTable(buffer);
  }

  get slots(): number {
    return this.#words[H_SLOTS]!;
  }

  /** Moves with every change. */
  get epoch(): number {
    return Atomics.load(this.#words, H_EPOCH);
  }

  /** @param until epoch seconds by number of the purpose; what it does not name does not count */
  set(slot: number, until: readonly number[]): void {
    const at = (slot + 1) * SLOT_WORDS;
    for (let number = 0; number < MOST_PURPOSES; number++) Atomics.store(this.#words, at + number, until[number] ?? 0);
    Atomics.add(this.#words, H_EPOCH, 1);
  }

  /** Until when a consent counts, in epoch seconds; 0 where it does not. */
  until(slot: number, purpose: number): number {
    return Atomics.load(this.#words, (slot + 1) * SLOT_WORDS + purpose) >>> 0;
  }
}

/** Gives entries their slots, for the one thread that writes the table. */
export class ConsentWriter {
  readonly table: ConsentTable;
  readonly #slots = new Map<string, Map<string, number>>();
  #next = 0;
  /** Entries that found no room: they count as none. */
  lost = 0;

  constructor(table: ConsentTable) {
    this.table = table;
  }

  /** Writes entries, in force at once for persons that workers know; tells where they lie, for the others. */
  write(entries: readonly ConsentEntry[]): readonly ConsentPlace[] {
    const places: ConsentPlace[] = [];
    for (const { stream, subject, until } of entries) {
      const slot = this.#slotOf(stream, subject);
      if (slot === null) {
        this.lost += 1;
        continue;
      }
      this.table.set(slot, until);
      places.push({ stream, subject, slot });
    }
    return places;
  }

  /** All places, for a worker that starts. */
  places(): readonly ConsentPlace[] {
    return [...this.#slots].flatMap(([stream, slots]) =>
      [...slots].map(([subject, slot]) => ({ stream, subject, slot })),
    );
  }

  #slotOf(stream: string, subject: string): number | null {
    const slots = this.#slots.get(stream) ?? new Map<string, number>();
    this.#slots.set(stream, slots);
    const known = slots.get(subject);
    if (known !== undefined) return known;
    if (this.#next >= this.table.slots) return null;
    slots.set(subject, this.#next);
    return this.#next++;
  }
}
