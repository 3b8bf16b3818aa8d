import type { VaultRecord } from '#flow/journal/index.ts';

/** Bytes of sealed originals that may wait before reading the journal does. */
const MOST_BYTES = 1_048_576;

/**
 * Carries originals from the journal to the vault while the journal is read on. The cursor moves past a record only once
 * the vault has it: whoever moves it waits for `settled`. Read again after a crash, a record changes nothing.
 */
export class VaultCarrier {
  readonly #take: (records: readonly VaultRecord[]) => Promise<void>;
  #waiting: VaultRecord[] = [];
  #bytes = 0;
  #added = 0;
  #delivered = 0;
  #delivery: Promise<void> | null = null;

  /** @param take resolves when the vault has them, for good */
  constructor(take: (records: readonly VaultRecord[]) => Promise<void>) {
    this.#take = take;
  }

  /** Takes a record; resolves at once unless much waits. */
  async add(record: VaultRecord): Promise<void> {
    this.#waiting.push(record);
    this.#added += 1;
    this.#bytes += record.sealed.length;
    // Whoever moves the cursor hears of a failure.
    if (this.#bytes < MOST_BYTES) void this.settled().catch(() => undefined);
    else await this.settled();
  }

  /** Resolves once the vault has all that was added before. Rejects where it could not be had; it is tried again then. */
  async settled(): Promise<void> {
    const wanted = this.#added;
    while (this.#delivered < wanted) {
      this.#delivery ??= this.#deliver();
      await this.#delivery;
    }
  }

  async #deliver(): Promise<void> {
    const records = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    try {
      await this.#take(records);
      this.#delivered += records.length;
    } catch (error) {
      this.#waiting = [...records, ...this.#waiting];
      throw error;
    } finally {
      this.#delivery = null;
    }
  }
}
