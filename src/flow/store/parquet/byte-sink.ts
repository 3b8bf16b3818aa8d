/** Takes the bytes of a file in order. */
export interface ByteSink {
  /** Bytes taken so far: the offset of the next. */
  readonly length: number;
  write(part: Uint8Array): void;
}

/** Collects a file in memory, in one buffer that grows. */
export class MemorySink implements ByteSink {
  #data: Uint8Array;
  #length = 0;

  /** @param expected bytes to make room for at once */
  constructor(expected = 65_536) {
    this.#data = new Uint8Array(Math.max(expected, 64));
  }

  get length(): number {
    return this.#length;
  }

  write(part: Uint8Array): void {
    const end = this.#length + part.length;
    if (end > this.#data.length) {
      const wider = new Uint8Array(Math.max(this.#data.length * 2, end));
      wider.set(this.#data.subarray(0, this.#length));
      this.#data = wider;
    }
    this.#data.set(part, this.#length);
    this.#length = end;
  }

  /** What was written, without a copy: write nothing afterwards. */
  bytes(): Uint8Array {
    return this.#data.subarray(0, this.#length);
  }
}

/** Passes each part on as it comes, such as to a file descriptor. */
export class ForwardingSink implements ByteSink {
  readonly #forward: (part: Uint8Array) => void;
  #length = 0;

  constructor(forward: (part: Uint8Array) => void) {
    this.#forward = forward;
  }

  get length(): number {
    return this.#length;
  }

  write(part: Uint8Array): void {
    this.#forward(part);
    this.#length += part.length;
  }
}
