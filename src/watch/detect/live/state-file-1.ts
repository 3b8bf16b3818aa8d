import { decodeUtf8, encodeUtf8 } from '#base/core/index.ts';
import type { AeadKey } from '#base/crypto/index.ts';
import { DetectError } from '../errors.ts';

/** The snapshot of one device on one stream. */
interface DeviceState {
  readonly stream: string;
  readonly device: string;
  readonly snapshot: Uint8Array;
}

const MAGIC = encodeUtf8('WEIRWST1');
const MOST_SECTION_BYTES = 64 * 1_048_576;
const NONCE_BYTES = 12;

/** Whether a file is of the first version, in which devices shared sections and one that is damaged spoils all. */
export function isFirstState(file: Uint8Array): boolean {
  return MAGIC.every((byte, i) => file[i] === byte);
}

/**
 * Opens a state of the first version.
 *
 * @throws {DetectError} DETECT_STATE_UNFIT if it is torn, damaged or of another key
 */
export function openFirstState(
  key: AeadKey,
  file: Uint8Array,
): { cursor: Map<string, number>; devices: DeviceState[]; log: number | null } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const devices: DeviceState[] = [];
  let cursor = new Map<string, number>();
  let log: number | null = null;
  let at = MAGIC.length;
  for (let number = 0; at < file.length; number++) {
    if (at + 4 > file.length) throw unfit('it is torn');
    const length = view.getUint32(at, true);
    at += 4;
    if (length > MOST_SECTION_BYTES || at + length > file.length) throw unfit('it is torn');
    const last = at + length === file.length;
    const plain = openSection(key, number, last, file.subarray(at, at + length));
    at += length;
    const headLength = new DataView(plain.buffer, plain.byteOffset).getUint32(0, true);
    // Sealed by this program under a key of this file: what opens is what was written.
    const head = JSON.parse(decodeUtf8(plain.subarray(4, 4 + headLength))) as {
      readonly cursor?: readonly (readonly [string, number])[];
      readonly log?: number | null;
      readonly devices: readonly (readonly [string, string, number])[];
    };
    if (head.cursor !== undefined) cursor = new Map(head.cursor);
    // States of before there were rules have none.
    log = head.log ?? log;
    let from = 4 + headLength;
    for (const [stream, device, size] of head.devices) {
      devices.push({ stream, device, snapshot: plain.subarray(from, from + size) });
      from += size;
    }
    if (last) return { cursor, devices, log };
  }
  throw unfit('it is torn');
}

function openSection(key: AeadKey, number: number, last: boolean, sealed: Uint8Array): Uint8Array {
  try {
    return key.open(nonceOf(number), aadOf(last), sealed);
  } catch (cause) {
    throw unfit(`section ${number} does not open`, cause);
  }
}

function nonceOf(section: number): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES);
  new DataView(nonce.buffer).setUint32(NONCE_BYTES - 4, section, true);
  return nonce;
}

function aadOf(last: boolean): Uint8Array {
  return encodeUtf8(`weir watch state 1 ${last ? 'last' : 'more'}`);
}

function unfit(what: string, cause?: unknown): DetectError {
  return new DetectError('DETECT_STATE_UNFIT', `Cannot restore the state of the watch: ${what}`, {
    hint: 'Baselines are learnt anew',
    ...(cause === undefined ? {} : { cause }),
  });
}
