const START = 65_536;

/** Collects bytes in one growing buffer that is used again after `reset`. Integers and doubles are little-endian. */
export class ByteWriter {
  #buffer = Buffer.allocUnsafeSlow(START);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  reset(): void {
    this.#length = 0;
  }

  /** The bytes so far: a view that the next write may move or overwrite. */
  view(start = 0): Uint8Array {
    const { buffer, byteOffset } = this.#buffer;
    return new Uint8Array(buffer, byteOffset + start, this.#length - start);
  }

  /** Makes `length` bytes of room and returns their offset; what they hold is undefined. */
  skip(length: number): number {
    const at = this.#length;
    this.#length = at + length;
    if (this.#length > this.#buffer.length) this.#grow();
    return at;
  }

  u8(value: number): void {
    const at = this.skip(1);
    this.#buffer[at] = value;
  }

  u16(value: number): void {
    const at = this.skip(2);
    this.#buffer.writeUInt16LE(value, at);
  }

  u32(value: number): void {
    const at = this.skip(4);
    this.#buffer.writeUInt32LE(value, at);
  }

  f64(value: number): void {
    const at = this.skip(8);
    this.#buffer.writeDoubleLE(value, at);
  }

  raw(data: Uint8Array): void {
    const at = this.skip(data.length);
    this.#buffer.set(data, at);
  }

  /** The memory of a typed array as it stands, which is little-endian on every machine that Weir runs on. */
  array(data: Float64Array | Uint32Array | Uint16Array | Uint8Array): void {
    this.raw(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }

  /** UTF-8 behind its length in 16 bits. @throws {RangeError} past 65,535 bytes */
  shortText(text: string): void {
    const length = Buffer.byteLength(text);
    if (length > 0xffff) throw new RangeError(`Cannot encode text: ${length} bytes do not fit 16 bits of length`);
    this.u16(length);
    const at = this.skip(length);
    this.#buffer.write(text, at, 'utf8');
  }

  /** UTF-8 behind its length in 32 bits. */
  longText(text: string): void {
    const length = Buffer.byteLength(text);
    this.u32(length);
    const at = this.skip(length);
    this.#buffer.write(text, at, 'utf8');
  }

  /** Bytes behind their length in 32 bits. */
  longBytes(data: Uint8Array): void {
    this.u32(data.length);
    this.raw(data);
  }

  setU32(at: number, value: number): void {
    this.#buffer.writeUInt32LE(value, at);
  }

  #grow(): void {
    const wider = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#length));
    this.#buffer.copy(wider);
    this.#buffer = wider;
  }
}
