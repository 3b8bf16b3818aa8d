import { decodeUtf8 } from '#base/core/index.ts';

/** Longer texts hardly repeat, and are decoded each time. */
const MOST_BYTES = 64;
const SLOTS = 16_384;

/**
 * Texts that were decoded lately, by their bytes: names of columns and devices, tokens. Batches are small and repeat them, so
 * that decoding each, and keeping as many copies as there are batches, costs more than the numbers beside them.
 *
 * A place is taken by whatever falls on it last. That somebody chooses texts that fall on one costs no more than decoding.
 */
export class TextPool {
  readonly #texts: (string | undefined)[] = [];
  readonly #lengths = new Uint8Array(SLOTS);
  readonly #bytes = new Uint8Array(SLOTS * MOST_BYTES);

  /** @throws {CoreError} CORE_BYTES_INVALID unless they are UTF-8 */
  decode(bytes: Uint8Array, from: number, length: number): string {
    if (length > MOST_BYTES) return decodeUtf8(bytes.subarray(from, from + length));
    // FNV-1a, whose lower bits a last step mixes.
    let hash = 0x811c9dc5;
    for (let i = from; i < from + length; i += 1) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const known = this.#texts[slot];
    if (known !== undefined && this.#lengths[slot] === length && this.#isAt(slot, bytes, from, length)) return known;
    const text = decodeUtf8(bytes.subarray(from, from + length));
    this.#texts[slot] = text;
    this.#lengths[slot] = length;
    this.#bytes.set(bytes.subarray(from, from + length), slot * MOST_BYTES);
    return text;
  }

  /** Lets go of all: texts may be about people. */
  clear(): void {
    this.#texts.length = 0;
    this.#bytes.fill(0);
  }

  #isAt(slot: number, bytes: Uint8Array, from: number, length: number): boolean {
    const at = slot * MOST_BYTES;
    for (let i = 0; i < length; i += 1) if (this.#bytes[at + i] !== bytes[from + i]) return false;
    return true;
  }
}
