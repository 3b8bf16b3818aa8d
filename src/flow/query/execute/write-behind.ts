import { writev } from 'node:fs';

/** So much is written at once, by another thread. */
const PIECE_BYTES = 1_048_576;

/** Writes a file from its beginning while more of it is made. */
export class WriteBehind {
  readonly #fd: number;
  #parts: Uint8Array[] = [];
  #partsLength = 0;
  #written = 0;
  #writing: Promise<void> = Promise.resolve();
  #length = 0;

  /** @param fd a file that nobody else writes */
  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Bytes that it was given. */
  get length(): number {
    return this.#length;
  }

  /** Takes the next part, which must not be changed afterwards. A failure shows in `finish`. */
  write(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#parts.push(part);
    this.#partsLength += part.length;
    this.#length += part.length;
    if (this.#partsLength >= PIECE_BYTES) this.#flush();
  }

  /** Resolves once all is written. @throws what the file system throws */
  async finish(): Promise<void> {
    this.#flush();
    await this.#writing;
  }

  #flush(): void {
    const parts = this.#parts;
    this.#parts = [];
    this.#partsLength = 0;
    this.#writing = this.#writing.then(() => this.#put(parts));
    // Heard of in `finish`.
    this.#writing.catch(() => undefined);
  }

  async #put(parts: readonly Uint8Array[]): Promise<void> {
    let left = parts;
    while (left.length > 0) {
      const bytes = await new Promise<number>((resolve, reject) => {
        writev(this.#fd, left, this.#written, (error, count) => (error === null ? resolve(count) : reject(error)));
      });
      this.#written += bytes;
      left = behind(left, bytes);
    }
  }
}

/** What is left of parts behind so many bytes. */
function behind(parts: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let skip = bytes;
  const left: Uint8Array[] = [];
  for (const part of parts) {
    if (skip < part.length) left.push(part.subarray(skip));
    skip = Math.max(0, skip - part.length);
  }
  return left;
}
