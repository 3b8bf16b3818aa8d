import { parquetInvalid } from '../errors.ts';

/**
 * Reads runs of small numbers in Parquet's RLE/bit-packed hybrid.
 *
 * @param width bits of a value, 0 to 32
 * @param count values to read; the padding of the last run is left out
 * @throws {StoreError} STORE_PARQUET_INVALID if the bytes hold fewer
 * @see Apache Parquet format, Encodings.md, RLE = 3
 */
export function readRuns(data: Uint8Array, width: number, count: number): Uint32Array {
  if (width > 32) throw parquetInvalid('a width of packed numbers is out of range');
  const values = new Uint32Array(count);
  let filled = 0;
  let at = 0;
  while (filled < count) {
    let header = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = data[at];
      if (byte === undefined || scale > 2 ** 35) throw parquetInvalid('a run of packed numbers ends early');
      at += 1;
      header += (byte & 127) * scale;
      if (byte < 128) break;
    }
    const packed = header % 2 === 1;
    const units = Math.floor(header / 2);
    if (units === 0) throw parquetInvalid('a run of packed numbers is empty');
    const length = packed ? units * width : Math.ceil(width / 8);
    if (at + length > data.length) throw parquetInvalid('a run of packed numbers ends early');
    const run = data.subarray(at, at + length);
    const take = Math.min(packed ? units * 8 : units, count - filled);
    if (packed) unpack(run, width, values.subarray(filled, filled + take));
    else values.fill(littleEndian(run), filled, filled + take);
    filled += take;
    at += length;
  }
  return values;
}

function littleEndian(bytes: Uint8Array): number {
  let value = 0;
  for (let i = bytes.length - 1; i >= 0; i -= 1) value = value * 256 + bytes[i]!;
  return value;
}

function unpack(run: Uint8Array, width: number, into: Uint32Array): void {
  if (width === 8) {
    into.set(run.subarray(0, into.length));
    return;
  }
  if (width === 16) {
    for (let i = 0; i < into.length; i += 1) into[i] = run[2 * i]! | (run[2 * i + 1]! << 8);
    return;
  }
  let bit = 0;
  for (let i = 0; i < into.length; i += 1) {
    let value = 0;
    for (let got = 0; got < width;) {
      const within = bit & 7;
      const take = Math.min(8 - within, width - got);
      value += ((run[bit >> 3]! >> within) & ((1 << take) - 1)) * 2 ** got;
      got += take;
      bit += take;
    }
    into[i] = value;
  }
}
