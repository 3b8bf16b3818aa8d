import { SERIAL_KEY_LENGTH, serialKey } from './serial-key.ts';

const VERSION = 1;
const H_VERSION = 0;
const H_COUNT = 1;
const H_SLOTS = 2;
const HEADER_WORDS = 8;
const SLOT_WORDS = 4;
/** Beyond it chains of taken slots grow long. */
const MOST_FULL = 0.75;

/** Slots where nothing else is said: room for one and a half million serials in 32 MiB. */
export const REVOKED_SLOTS = 2_097_152;

/**
 * The serial numbers of revoked certificates, as all gateway workers share them.
 *
 * An open hash table of 16-byte keys in shared memory: a look-up is one atomic load and a few more, whatever was
 * revoked. Memory is reserved at once and taken only as slots are written. One thread adds, all look up; nothing is
 * ever taken out, for revoked is for ever. Serials are random and no attacker chooses them, so they are their own hash.
 */
export class RevokedSet {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #mask: number;
  readonly #slots: number;

  private constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
    this.#slots = this.#words[H_SLOTS] ?? 0;
    this.#mask = this.#slots - 1;
  }

  /** @param slots a power of two; three quarters of them can be taken */
  static create(slots = REVOKED_SLOTS): RevokedSet {
    if (slots < 4 || !Number.isInteger(Math.log2(slots))) throw new RangeError(`${slots} slots are no power of two`);
    const buffer = new SharedArrayBuffer((HEADER_WORDS + slots * SLOT_WORDS) * 4);
    const words = new Int32Array(buffer);
    words[H_SLOTS] = slots;
    Atomics.store(words, H_VERSION, VERSION);
    return new RevokedSet(buffer);
  }

  /** The same set in another thread. */
  static attach(buffer: SharedArrayBuffer): RevokedSet {
    if (Atomics.load(new Int32Array(buffer), H_VERSION) !== VERSION) throw new TypeError('this is no set of serials');
    return new RevokedSet(buffer);
  }

  /** Serials in it. */
  get size(): number {
    return Atomics.load(this.#words, H_COUNT);
  }

  /** @param serial hex, as Node prints it */
  has(serial: string): boolean {
    if (this.size === 0) return false;
    const key = serialKey(serial);
    return this.#words[this.#find(new DataView(key.buffer, key.byteOffset), 0)] !== 0;
  }

  /** @returns false where there is no room: what is not in it is refused by the inventory alone */
  add(serial: string): boolean {
    return this.addPacked(serialKey(serial));
  }

  /**
   * Adds many.
   *
   * @param packed keys as `packSerials` makes them
   * @returns false where there was no room for all
   */
  addPacked(packed: Uint8Array): boolean {
    const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
    for (let at = 0; at + SERIAL_KEY_LENGTH <= packed.length; at += SERIAL_KEY_LENGTH) {
      const slot = this.#find(view, at);
      if (this.#words[slot] !== 0) continue;
      if (this.size >= this.#slots * MOST_FULL) return false;
      for (let word = 1; word < SLOT_WORDS; word++) this.#words[slot + word] = view.getInt32(at + word * 4);
      // Last: whoever sees the first word sees the others.
      Atomics.store(this.#words, slot, view.getInt32(at));
      Atomics.add(this.#words, H_COUNT, 1);
    }
    return true;
  }

  /** The slot of a key, or the free one where it belongs. Ends, for a quarter of the slots is always free. */
  #find(view: DataView, at: number): number {
    const words = this.#words;
    const [a, b, c, d] = [view.getInt32(at), view.getInt32(at + 4), view.getInt32(at + 8), view.getInt32(at + 12)];
    for (let index = (b ^ c ^ d) & this.#mask; ; index = (index + 1) & this.#mask) {
      const slot = HEADER_WORDS + index * SLOT_WORDS;
      const first = Atomics.load(words, slot);
      if (first === 0) return slot;
      if (first === a && words[slot + 1] === b && words[slot + 2] === c && words[slot + 3] === d) return slot;
    }
  }
}
