import { hmacSha256 } from '#base/crypto/index.ts';
import type { RefusalCount } from '#flow/journal/index.ts';

interface Entry {
  readonly device: string;
  readonly stream: string;
  readonly reason: number;
  readonly digest: Uint8Array;
  count: number;
}

/** More than this many kinds of refusal in one group are counted together under an empty device name. */
const MOST_ENTRIES = 4_096;
const DIGEST_LENGTH = 16;
const NO_DIGEST = new Uint8Array(0);

/**
 * Counts refusals by device, stream and reason until they are written to the journal.
 *
 * Of each kind the first payload leaves a keyed digest: enough to tell later whether it was a given payload, and
 * nothing to read. One digest per kind and group, so a flood costs counting only.
 */
export class RefusalCounter {
  readonly #key: Uint8Array;
  readonly #entries = new Map<string, Entry>();

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  get size(): number {
    return this.#entries.size;
  }

  add(device: string, stream: string, reason: number, payload: Uint8Array | null): void {
    const named = this.#entries.size < MOST_ENTRIES ? device : '';
    const id = `${reason}/${stream}/${named}`;
    const entry = this.#entries.get(id);
    if (entry === undefined) {
      const digest = payload === null ? NO_DIGEST : this.#digest(payload);
      this.#entries.set(id, { device: named, stream, reason, digest, count: 1 });
    } else {
      entry.count++;
    }
  }

  /** The counts so far; the counter is empty after. */
  cut(): readonly RefusalCount[] {
    const counts = [...this.#entries.values()];
    this.#entries.clear();
    return counts;
  }

  #digest(payload: Uint8Array): Uint8Array {
    return hmacSha256(this.#key, payload).slice(0, DIGEST_LENGTH);
  }
}
