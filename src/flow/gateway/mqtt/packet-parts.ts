/** Parts that are kept by themselves; more are joined. */
const LOOSE = 256;

/**
 * What was received and cannot be handled yet: part of a packet, or what waits.
 *
 * Each part is an object, which takes far more room than the byte or two that a peer may send at a time. So many are
 * joined, each byte once: a packet takes about its size, however it comes.
 */
export class PacketParts {
  #parts: Buffer[] = [];
  #joined = 0;
  #length = 0;

  /** Bytes in all. */
  get length(): number {
    return this.#length;
  }

  /** Objects that hold them. */
  get size(): number {
    return this.#parts.length;
  }

  /** The part with the first byte; there is one where `length` is not 0. */
  get first(): Buffer {
    return this.#parts[0]!;
  }

  add(part: Buffer): void {
    this.#parts.push(part);
    this.#length += part.length;
    if (this.#parts.length - this.#joined < LOOSE) return;
    this.#parts.push(Buffer.concat(this.#parts.splice(this.#joined)));
    this.#joined = this.#parts.length;
  }

  /** All of it in one piece; nothing is left. */
  take(): Buffer {
    const whole = this.#parts.length === 1 ? this.first : Buffer.concat(this.#parts, this.#length);
    this.clear();
    return whole;
  }

  clear(): void {
    this.#parts = [];
    this.#joined = 0;
    this.#length = 0;
  }
}
