import { Transform, pipeline } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import type { Readable, TransformCallback } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';

/** Why a body could not be read; `room`: others take up too much at the moment. */
export type BodyFault = 'encoding' | 'size' | 'decode' | 'aborted' | 'room';

/** Raised while a body is read. */
export class BodyError extends Error {
  readonly fault: BodyFault;

  constructor(fault: BodyFault) {
    super(fault);
    this.fault = fault;
  }
}

/** Window that zstd may ask for, as a power of two: 8 MiB, as RFC 8878 recommends at least. */
const ZSTD_WINDOW_LOG = 23;
const ZSTD_D_WINDOW_LOG_MAX = 100;
const ZSTD_WINDOW_BYTES = 2 ** ZSTD_WINDOW_LOG;

/**
 * The bytes of a request's body after gzip or zstd is undone: never more than `limit` come out, whatever went in, and
 * memory stays at a few chunks.
 *
 * The caller iterates; leaving early ends the request's stream. Iterating throws {BodyError}.
 *
 * @param limit bytes, before and after decompression
 * @param place is told of what unpacking takes besides
 * @throws {BodyError} `encoding` where it is another than gzip, zstd or none; `size` where the header says too much
 * @see RFC 9110 section 8.4, RFC 8878 section 3.1.1.1.2
 */
export function readBody(
  request: IncomingMessage,
  limit: number,
  place: { take(bytes: number): void } | null = null,
): AsyncIterable<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limit) throw new BodyError('size');
  if (isZstd(request)) place?.take(Math.min(ZSTD_WINDOW_BYTES, limit));
  const decoder = decoderOf(request.headers['content-encoding']);
  return faultsNamed(decoder === null ? through(request, limit) : through(undo(request, decoder, limit), limit));
}

function isZstd({ headers }: IncomingMessage): boolean {
  return headers['content-encoding']?.trim().toLowerCase() === 'zstd';
}

function decoderOf(encoding: string | undefined): Transform | null {
  switch (encoding?.trim().toLowerCase()) {
    case undefined:
    case '':
    case 'identity':
      return null;
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'zstd':
      return createZstdDecompress({ params: { [ZSTD_D_WINDOW_LOG_MAX]: ZSTD_WINDOW_LOG } });
    default:
      throw new BodyError('encoding');
  }
}

function undo(request: IncomingMessage, decoder: Transform, limit: number): Readable {
  // An error or end on either side is an end on both; the iteration sees it on the decoder.
  pipeline(request, new Counter(limit), decoder, () => {});
  return decoder;
}

/** Lets bytes through up to a limit. */
class Counter extends Transform {
  #left: number;

  constructor(limit: number) {
    super();
    this.#left = limit;
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.#left -= chunk.length;
    if (this.#left < 0) done(new BodyError('size'));
    else done(null, chunk);
  }
}

async function* through(source: Readable, limit: number): AsyncGenerator<Buffer> {
  let left = limit;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    left -= chunk.length;
    if (left < 0) throw new BodyError('size');
    yield chunk;
  }
}

async function* faultsNamed(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* source;
  } catch (error) {
    if (error instanceof BodyError) throw error;
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
    // zlib names its faults Z_… and ZSTD_…; all else means that the other end left.
    throw new BodyError(/^(Z_|ZSTD_|ERR_ZSTD|ERR_ZLIB)/.test(code) ? 'decode' : 'aborted');
  }
}
