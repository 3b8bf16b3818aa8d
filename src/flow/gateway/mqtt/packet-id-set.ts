/** Bytes of the bitmap once any id was added: one bit for each of the 65,536 packet ids. */
const BITMAP_BYTES = 8_192;

/** A set of packet ids of bounded memory, whatever a peer adds: nothing while empty, then 8 KiB. */
export class PacketIdSet {
  #bits: Uint8Array | null = null;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @param id 1 to 65,535 */
  has(id: number): boolean {
    return this.#bits !== null && (this.#bits[id >> 3]! & (1 << (id & 7))) !== 0;
  }

  /** @returns false where it was there already */
  add(id: number): boolean {
    if (this.has(id)) return false;
    this.#bits ??= new Uint8Array(BITMAP_BYTES);
    this.#bits[id >> 3]! |= 1 << (id & 7);
    this.#size++;
    return true;
  }

  /** @returns false where it was not there */
  delete(id: number): boolean {
    if (!this.has(id)) return false;
    this.#bits![id >> 3]! &= ~(1 << (id & 7));
    this.#size--;
    return true;
  }

  /** The ids in ascending order. */
  toArray(): number[] {
    const ids: number[] = [];
    if (this.#bits === null || this.#size === 0) return ids;
    for (let id = 0; id < BITMAP_BYTES * 8; id++) if (this.has(id)) ids.push(id);
    return ids;
  }
}
