import type { AeadKey } from '#base/crypto/index.ts';
import { hasCode } from '#base/core/index.ts';
import { CHAIN_LENGTH } from './file-header.ts';
import { FRAME_HEADER_LENGTH, FRAME_MARKER, openFrame, parseFrameHeader } from './frame.ts';
import type { FrameHeader } from './frame.ts';

/** One opened frame and the offset behind it, counted from the start of the scanned bytes. */
export interface OpenedFrame {
  readonly at: number;
  readonly end: number;
  readonly plain: Uint8Array;
}

/**
 * What a run of frames holds: whole groups, and why it stopped behind them. `end`: at the end of the bytes.
 * `more`: the next group goes on behind them. `broken`: the frame at `brokenAt` does not open.
 */
export interface GroupScan {
  readonly frames: readonly OpenedFrame[];
  readonly end: number;
  readonly stop: 'end' | 'more' | 'broken';
  readonly brokenAt: number;
  /** The chain value for the frame behind the last whole group. */
  readonly chain: Uint8Array;
}

/** Opens the whole groups at the start of `bytes`; the first may have begun before. */
export function scanGroups(key: AeadKey, chain: Uint8Array, bytes: Buffer): GroupScan {
  const frames: OpenedFrame[] = [];
  let [whole, end, at, linked, kept] = [0, 0, 0, chain, chain];
  // Reading may go on within a group: then the first frame tells how far back its group began.
  let began: number | null = null;
  const stopped = (stop: GroupScan['stop']): GroupScan => {
    frames.length = whole;
    return { frames, end, stop, brokenAt: at, chain: new Uint8Array(kept) };
  };
  while (at < bytes.length) {
    if (bytes.length - at < FRAME_HEADER_LENGTH) return stopped('more');
    const header = parseFrameHeader(bytes, at);
    if (header === null || header.back !== at - (began ?? at - header.back)) return stopped('broken');
    began ??= at - header.back;
    const next = at + FRAME_HEADER_LENGTH + header.length;
    if (next > bytes.length) return stopped('more');
    const opened = tryOpen(key, linked, header, bytes, at);
    if (opened === null) return stopped('broken');
    frames.push({ at, end: next, plain: opened.plain });
    linked = opened.chain;
    at = next;
    if (header.last) [whole, end, kept, began] = [frames.length, at, linked, at];
  }
  return at > end ? stopped('more') : stopped('end');
}

/**
 * Whether a group that was written after the first one of `bytes` opens somewhere in them: then that first one had
 * been durable, for a group is written only once the one before it is.
 */
export function laterGroupOpens(key: AeadKey, bytes: Buffer): boolean {
  for (let at = bytes.indexOf(FRAME_MARKER, 1); at !== -1; at = bytes.indexOf(FRAME_MARKER, at + 1)) {
    const header = parseFrameHeader(bytes, at);
    if (header === null || header.back >= at || at < CHAIN_LENGTH) continue;
    if (at + FRAME_HEADER_LENGTH + header.length > bytes.length) continue;
    if (tryOpen(key, bytes.subarray(at - CHAIN_LENGTH, at), header, bytes, at) !== null) return true;
  }
  return false;
}

function tryOpen(
  key: AeadKey,
  chain: Uint8Array,
  header: FrameHeader,
  bytes: Buffer,
  at: number,
): { plain: Uint8Array; chain: Uint8Array } | null {
  try {
    return openFrame(key, chain, header, bytes, at);
  } catch (error) {
    if (hasCode(error, 'CRYPTO_OPEN_FAILED')) return null;
    throw error;
  }
}
