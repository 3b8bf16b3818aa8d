import { AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH } from '#base/crypto/index.ts';
import type { AeadKey } from '#base/crypto/index.ts';
import { CHAIN_LENGTH } from './file-header.ts';

/** Bytes before the sealed record: marker, length, counter (8), distance to the group's start, flags. */
export const FRAME_HEADER_LENGTH = 24;
/** No frame is longer, so that a damaged length asks for no more memory than this. */
export const FRAME_LIMIT = 64 * 1024 * 1024;
/** First bytes of each frame: lets a reader look for whole groups behind a damaged one. */
export const FRAME_MARKER = Uint8Array.of(0x57, 0x4a, 0x46, 0x31);

const LAST_OF_GROUP = 1;

/** What stands before a sealed record. */
export interface FrameHeader {
  /** Bytes of the sealed record, tag included. */
  readonly length: number;
  /** The nonce counter: higher in each frame of a file, with gaps where a write failed. */
  readonly counter: number;
  /** Bytes back from this frame's start to the start of its group's first frame. */
  readonly back: number;
  readonly last: boolean;
}

/**
 * Seals one record into a frame.
 *
 * @param chain the tag of the frame before, or the header's chain value: makes the order of frames part of each
 * @param frame where to put it: `FRAME_HEADER_LENGTH + plain.length + AEAD_TAG_LENGTH` bytes
 * @returns the chain value for the frame behind
 */
export function sealFrame(
  key: AeadKey,
  chain: Uint8Array,
  header: FrameHeader,
  plain: Uint8Array,
  frame: Buffer,
): Uint8Array {
  frame.set(FRAME_MARKER, 0);
  frame.writeUInt32LE(header.length, 4);
  frame.writeUInt32LE(header.counter % 0x1_0000_0000, 8);
  frame.writeUInt32LE(Math.floor(header.counter / 0x1_0000_0000), 12);
  frame.writeUInt32LE(header.back, 16);
  frame.writeUInt32LE(header.last ? LAST_OF_GROUP : 0, 20);
  const sealed = key.seal(nonceOf(frame), associated(chain, frame), plain);
  frame.set(sealed, FRAME_HEADER_LENGTH);
  return sealed.subarray(sealed.length - AEAD_TAG_LENGTH);
}

/** The frame header at an offset, or null where none can be: the bytes end, or are not such a header. */
export function parseFrameHeader(bytes: Buffer, at: number): FrameHeader | null {
  if (bytes.length - at < FRAME_HEADER_LENGTH) return null;
  for (let i = 0; i < FRAME_MARKER.length; i++) if (bytes[at + i] !== FRAME_MARKER[i]) return null;
  const length = bytes.readUInt32LE(at + 4);
  const counter = bytes.readUInt32LE(at + 8) + bytes.readUInt32LE(at + 12) * 0x1_0000_0000;
  const flags = bytes.readUInt32LE(at + 20);
  if (length < AEAD_TAG_LENGTH || length > FRAME_LIMIT || flags > 1 || !Number.isSafeInteger(counter)) return null;
  return { length, counter, back: bytes.readUInt32LE(at + 16), last: flags === LAST_OF_GROUP };
}

/**
 * Opens a frame that lies whole in `bytes`.
 *
 * @throws {CryptoError} CRYPTO_OPEN_FAILED if a bit of it, of its header or of the chain value differs
 */
export function openFrame(
  key: AeadKey,
  chain: Uint8Array,
  header: FrameHeader,
  bytes: Buffer,
  at: number,
): { plain: Uint8Array; chain: Uint8Array } {
  const frame = bytes.subarray(at, at + FRAME_HEADER_LENGTH + header.length);
  const sealed = frame.subarray(FRAME_HEADER_LENGTH);
  const plain = key.open(nonceOf(frame), associated(chain, frame), sealed);
  return { plain, chain: sealed.subarray(sealed.length - AEAD_TAG_LENGTH) };
}

// The counter is the nonce. It is unique under its key because a key serves one file, one process writes that file
// once, from counter zero up, and a counter whose write failed is not used again.
function nonceOf(frame: Buffer): Uint8Array {
  const nonce = new Uint8Array(AEAD_NONCE_LENGTH);
  nonce.set(frame.subarray(8, 16), AEAD_NONCE_LENGTH - 8);
  return nonce;
}

function associated(chain: Uint8Array, frame: Buffer): Uint8Array {
  const aad = new Uint8Array(CHAIN_LENGTH + FRAME_HEADER_LENGTH);
  aad.set(chain, 0);
  aad.set(frame.subarray(0, FRAME_HEADER_LENGTH), CHAIN_LENGTH);
  return aad;
}
