import { decodeUtf8, encodeUtf8 } from '#base/core/index.ts';
import type { AeadKey } from '#base/crypto/index.ts';
import { DetectError } from '../errors.ts';

/** What the watch knows at one place of the journal. */
export interface WatchState {
  /** Offset behind the last record that was taken, by journal file. */
  readonly cursor: ReadonlyMap<string, number>;
  readonly devices: Iterable<DeviceState>;
  /** Index of the first entry of the log that no rule was held against; null where that is not known. */
  readonly log: number | null;
}

/** The snapshot of one device on one stream. */
export interface DeviceState {
  readonly stream: string;
  readonly device: string;
  readonly snapshot: Uint8Array;
}

const MAGIC = encodeUtf8('WEIRWST1');
const SECTION_BYTES = 1_048_576;
const MOST_SECTION_BYTES = 64 * SECTION_BYTES;
const NONCE_BYTES = 12;

/**
 * Seals a state as the parts of a file: the magic, then sections of at most about a mebibyte, each its length (u32) and
 * AES-256-GCM under the file's own key with the number of the section as nonce, and whether it is the last in the
 * associated data. So no section can be left out, put elsewhere or cut off at the end.
 *
 * A section is JSON of what follows it, then the snapshots; the first tells the cursor too. See
 * `docs/formats/watch-state.md`.
 *
 * @param key fresh, of this file alone
 */
export function* sealState(key: AeadKey, state: WatchState): Generator<Uint8Array> {
  yield MAGIC;
  let number = 0;
  let waiting: DeviceState[] = [];
  let bytes = 0;
  const section = (last: boolean): Uint8Array => {
    const devices = waiting.map(({ stream, device, snapshot }) => [stream, device, snapshot.length]);
    const head = encodeUtf8(
      JSON.stringify(number === 0 ? { cursor: [...state.cursor], log: state.log, devices } : { devices }),
    );
    const plain = new Uint8Array(4 + head.length + bytes);
    new DataView(plain.buffer).setUint32(0, head.length, true);
    plain.set(head, 4);
    let at = 4 + head.length;
    for (const { snapshot } of waiting) {
      plain.set(snapshot, at);
      at += snapshot.length;
    }
    const sealed = key.seal(nonceOf(number), aadOf(last), plain);
    number += 1;
    waiting = [];
    bytes = 0;
    const framed = new Uint8Array(4 + sealed.length);
    new DataView(framed.buffer).setUint32(0, sealed.length, true);
    framed.set(sealed, 4);
    return framed;
  };
  for (const device of state.devices) {
    waiting.push(device);
    bytes += device.snapshot.length;
    if (bytes >= SECTION_BYTES) yield section(false);
  }
  yield section(true);
}

/**
 * Opens a sealed state.
 *
 * @throws {DetectError} DETECT_STATE_UNFIT if it is torn, damaged or of another key
 */
export function openState(
  key: AeadKey,
  file: Uint8Array,
): { cursor: Map<string, number>; devices: DeviceState[]; log: number | null } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < MAGIC.length || MAGIC.some((byte, i) => file[i] !== byte)) throw unfit('it does not start as one');
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
