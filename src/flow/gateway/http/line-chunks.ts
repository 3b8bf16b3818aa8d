/** Bytes that are handed on at once, at least, while more is to come. */
const CHUNK_BYTES = 65_536;

/** Whole lines, and how many there are. */
export interface LineChunk {
  readonly bytes: Buffer;
  readonly lines: number;
}

/**
 * Cuts a stream of lines into chunks of whole lines, so that a long body is decided about while it comes.
 *
 * Memory holds one chunk and one line; a line longer than `longest` ends it.
 *
 * @param longest bytes of one line
 * @param most lines in all; when it is passed, one more than allowed is handed on and the rest is not read
 */
export async function* lineChunks(
  source: AsyncIterable<Buffer>,
  longest: number,
  most: number,
): AsyncGenerator<LineChunk> {
  let parts: Buffer[] = [];
  let length = 0;
  let given = 0;
  for await (const piece of source) {
    parts.push(piece);
    length += piece.length;
    const hasEnd = piece.includes(0x0a);
    // A line that is too long is handed on as it is: ingest says so, and nothing behind it is read.
    if (!hasEnd && length <= longest + CHUNK_BYTES) continue;
    if (hasEnd && length < CHUNK_BYTES) continue;
    const all = Buffer.concat(parts, length);
    const end = hasEnd ? all.lastIndexOf(0x0a) + 1 : all.length;
    const chunk = cut(all.subarray(0, end), most - given);
    given += chunk.lines;
    yield chunk;
    if (given > most || !hasEnd) return;
    parts = [all.subarray(end)];
    length = all.length - end;
  }
  if (length > 0) yield cut(Buffer.concat(parts, length), most - given);
}

/** At most one line more than `most`. Lines of nothing do not count. */
function cut(bytes: Buffer, most: number): LineChunk {
  let lines = 0;
  let start = 0;
  while (start < bytes.length) {
    const found = bytes.indexOf(0x0a, start);
    const end = found === -1 ? bytes.length : found;
    if (end > start && !(end === start + 1 && bytes[start] === 0x0d)) lines++;
    start = end + 1;
    if (lines > most) break;
  }
  return { bytes: bytes.subarray(0, Math.min(start, bytes.length)), lines };
}
