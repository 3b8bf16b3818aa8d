import { concatBytes } from '#base/core/index.ts';

/**
 * Runs of small numbers in Parquet's RLE/bit-packed hybrid: one run of either kind per call.
 *
 * @see Apache Parquet format, Encodings.md, RLE = 3
 */

/** Bytes of an unsigned LEB128 number. */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return bytes;
}

/** One run of a value repeated. @param width bits of the value, 1 to 32 */
export function repeatedRun(value: number, count: number, width: number): Uint8Array {
  const bytes = varint(count * 2);
  for (let shift = 0; shift < width; shift += 8) bytes.push((value >>> shift) & 255);
  return Uint8Array.from(bytes);
}

/** The narrowest of 1, 2, 4, 8, 16 and 32 bits that holds the value: widths that neither split nor straddle bytes. */
export function packedWidth(largest: number): number {
  for (const width of [1, 2, 4, 8, 16]) if (largest < 2 ** width) return width;
  return 32;
}

/**
 * One bit-packed run, filled up with zeros to a multiple of eight values.
 *
 * @param width one of 1, 2, 4, 8, 16, 32
 */
export function packedRun(values: Uint32Array | Uint8Array, width: number): Uint8Array {
  const groups = Math.ceil(values.length / 8);
  const header = varint(groups * 2 + 1);
  const run = new Uint8Array(header.length + groups * width);
  run.set(header, 0);
  const body = run.subarray(header.length);
  if (width >= 8) {
    const step = width / 8;
    for (let i = 0, at = 0; i < values.length; i += 1, at += step) {
      const value = values[i]!;
      body[at] = value;
      if (step > 1) body[at + 1] = value >>> 8;
      if (step > 2) {
        body[at + 2] = value >>> 16;
        body[at + 3] = value >>> 24;
      }
    }
    return run;
  }
  const perByte = 8 / width;
  for (let i = 0; i < values.length; i += 1) {
    const at = Math.floor(i / perByte);
    body[at] = body[at]! | (values[i]! << ((i % perByte) * width));
  }
  return run;
}

/** Fewer equal values in a row than this are packed: a run of its own would cost readers more than it saves. */
const SHORTEST_RUN = 24;

/**
 * Numbers as runs of either kind: stretches of equal ones repeated, the rest packed.
 *
 * @param width one of 1, 2, 4, 8, 16, 32
 */
export function hybridRuns(values: Uint32Array, width: number): Uint8Array {
  const repeats = longRuns(values);
  if (repeats.length === 0) return packedRun(values, width);
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { from, to } of repeats) {
    // Packed values come in groups of eight, so a packed stretch takes what it lacks from the run behind it.
    const packedTo = from + ((8 - ((from - at) & 7)) & 7);
    if (packedTo > at) parts.push(packedRun(values.subarray(at, packedTo), width));
    parts.push(repeatedRun(values[from]!, to - packedTo, width));
    at = to;
  }
  if (at < values.length) parts.push(packedRun(values.subarray(at), width));
  return concatBytes(parts);
}

/** Stretches of equal values that are long enough, in order. */
function longRuns(values: Uint32Array): readonly { readonly from: number; readonly to: number }[] {
  const runs: { from: number; to: number }[] = [];
  for (let from = 0; from < values.length;) {
    const value = values[from]!;
    let to = from + 1;
    while (to < values.length && values[to] === value) to += 1;
    if (to - from >= SHORTEST_RUN) runs.push({ from, to });
    from = to;
  }
  return runs;
}

/**
 * Definition levels of a flat optional column in a version 1 data page: length, then one run.
 *
 * @param nulls 1 where the row is null; null where no row is
 */
export function definitionLevels(nulls: Uint8Array | null, rows: number): Uint8Array {
  const run =
    nulls === null
      ? repeatedRun(1, rows, 1)
      : packedRun(
          nulls.map((isNull) => 1 - isNull),
          1,
        );
  const levels = new Uint8Array(4 + run.length);
  new DataView(levels.buffer).setUint32(0, run.length, true);
  levels.set(run, 4);
  return levels;
}
