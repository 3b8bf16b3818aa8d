import { decodeUtf8, encodeUtf8 } from '#base/core/index.ts';
import type { AeadKey } from '#base/crypto/index.ts';
import { stateUnfit } from './saved-state.ts';
import { isFirstState, openFirstState } from './state-file-1.ts';

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

/** A state as it was opened. */
export interface OpenedState extends WatchState {
  readonly devices: readonly DeviceState[];
  /** What of the file is damaged, in words; all else is there. */
  readonly damaged: readonly string[];
}

const MAGIC = encodeUtf8('WEIRWST2');
const NONCE_BYTES = 12;
const LENGTH_BYTES = 4;
/** Bytes that are handed out at once, or a section more. */
const CHUNK_BYTES = 1_048_576;
/** The number of the index. */
const INDEX = 0xffff_ffff;

/** Where the state stands, as the first section and the index have it. */
interface Head {
  readonly cursor: readonly (readonly [file: string, offset: number])[];
  readonly log: number | null;
}

/** The sections of devices in their order, with their sealed lengths. */
interface Index extends Head {
  readonly devices: readonly (readonly [stream: string, device: string, length: number])[];
}

/**
 * Seals a state as the parts of a file: the magic, then sections, each its length (u32) and AES-256-GCM under the file's own
 * key with the number of the section as nonce and what it is as associated data. The first says where the state stands,
 * then each device has one of its own, and the last is the index of them all, whose length comes once more behind it.
 *
 * So no section can be put elsewhere and none is missed unnoticed; and where one is damaged the others are found, by the
 * index or without it by their lengths. See `docs/formats/watch-state.md`.
 *
 * @param key fresh, of this file alone
 */
export function* sealState(key: AeadKey, state: WatchState): Generator<Uint8Array> {
  let chunk: Uint8Array[] = [MAGIC];
  let bytes = 0;
  const seal = (number: number, of: string, plain: Uint8Array): number => {
    const sealed = key.seal(nonceOf(number), aadOf(of), plain);
    chunk.push(lengthOf(sealed.length), sealed);
    bytes += sealed.length;
    return sealed.length;
  };
  const head: Head = { cursor: [...state.cursor], log: state.log };
  seal(0, 'head', encodeUtf8(JSON.stringify(head)));
  const devices: [string, string, number][] = [];
  for (const { stream, device, snapshot } of state.devices) {
    const name = encodeUtf8(JSON.stringify([stream, device]));
    const plain = Buffer.concat([lengthOf(name.length), name, snapshot]);
    devices.push([stream, device, seal(devices.length + 1, 'device', plain)]);
    if (bytes < CHUNK_BYTES) continue;
    yield Buffer.concat(chunk);
    [chunk, bytes] = [[], 0];
  }
  const index: Index = { ...head, devices };
  chunk.push(lengthOf(seal(INDEX, 'index', encodeUtf8(JSON.stringify(index)))));
  yield Buffer.concat(chunk);
}

/**
 * Opens a sealed state, also of the version before.
 *
 * @returns all that is sound, and what is not
 * @throws {DetectError} DETECT_STATE_UNFIT if nothing tells where it stands, as with another key
 */
export function openState(key: AeadKey, file: Uint8Array): OpenedState {
  if (isFirstState(file)) return { ...openFirstState(key, file), damaged: [] };
  const damaged: string[] = MAGIC.every((byte, i) => file[i] === byte) ? [] : ['its first bytes'];
  const begin = sectionAt(file, MAGIC.length);
  const head = begin && openJson<Head>(key, 0, 'head', begin);
  if (head === null) damaged.push('its beginning');
  const indexed = lastSection(file);
  const index = indexed && openJson<Index>(key, INDEX, 'index', indexed);
  if (index === null) damaged.push('its index');
  const known = index ?? head;
  if (known === null) throw stateUnfit('all devices', 'neither its beginning nor its index opens');
  const devices: DeviceState[] = [];
  for (const { number, name, sealed } of index === null ? walked(file) : listed(file, index)) {
    const plain = sealed && tryOpen(key, number, 'device', sealed);
    if (plain === null) damaged.push(name);
    else devices.push(readDevice(plain));
  }
  return { cursor: new Map(known.cursor), log: known.log, devices, damaged };
}

/** A section of a device; null where there is none to open. */
interface Section {
  readonly number: number;
  readonly name: string;
  readonly sealed: Uint8Array | null;
}

/** Sections as the index has them: they end where it begins. */
function* listed(file: Uint8Array, { devices }: Index): Generator<Section> {
  const index = lastSection(file)!;
  let at = index.byteOffset - file.byteOffset - devices.reduce((sum, [, , length]) => sum + LENGTH_BYTES + length, 0);
  for (const [i, [stream, device, length]] of devices.entries()) {
    const name = device === '' ? `what all devices have of ${stream}` : `${device} on ${stream}`;
    yield { number: i + 1, name, sealed: file.subarray(at, at + length) };
    at += LENGTH_BYTES + length;
  }
}

/** Sections one after the other by their lengths, as far as these go. */
function* walked(file: Uint8Array): Generator<Section> {
  let before = sectionAt(file, MAGIC.length);
  for (let number = 1; before !== null; number++) {
    const at = before.byteOffset - file.byteOffset + before.length;
    const sealed = sectionAt(file, at);
    // The last is the index.
    if (sealed !== null && at + 2 * LENGTH_BYTES + sealed.length === file.length) return;
    yield { number, name: `section ${number}`, sealed };
    before = sealed;
  }
}

/** The section that begins there; null where the file is not as long. */
function sectionAt(file: Uint8Array, at: number): Uint8Array | null {
  const length = numberAt(file, at);
  const from = at + LENGTH_BYTES;
  return length === null || from + length > file.length ? null : file.subarray(from, from + length);
}

/** The section before the end, by its length there. */
function lastSection(file: Uint8Array): Uint8Array | null {
  const end = file.length - LENGTH_BYTES;
  const length = numberAt(file, end);
  return length === null || length > end - MAGIC.length ? null : file.subarray(end - length, end);
}

function readDevice(plain: Uint8Array): DeviceState {
  // Sealed by this program under a key of this file: what opens is what was written.
  const end = LENGTH_BYTES + numberAt(plain, 0)!;
  const [stream, device] = JSON.parse(decodeUtf8(plain.subarray(LENGTH_BYTES, end))) as [string, string];
  return { stream, device, snapshot: plain.subarray(end) };
}

function openJson<T>(key: AeadKey, number: number, of: string, sealed: Uint8Array): T | null {
  const plain = tryOpen(key, number, of, sealed);
  return plain === null ? null : (JSON.parse(decodeUtf8(plain)) as T);
}

/** What a section has; null where it was changed, or is not the one that it should be. */
function tryOpen(key: AeadKey, number: number, of: string, sealed: Uint8Array): Uint8Array | null {
  try {
    return key.open(nonceOf(number), aadOf(of), sealed);
  } catch {
    return null;
  }
}

function numberAt(bytes: Uint8Array, at: number): number | null {
  if (at < 0 || at + LENGTH_BYTES > bytes.length) return null;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}

function lengthOf(length: number): Uint8Array {
  const bytes = new Uint8Array(LENGTH_BYTES);
  new DataView(bytes.buffer).setUint32(0, length, true);
  return bytes;
}

function nonceOf(section: number): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES);
  new DataView(nonce.buffer).setUint32(NONCE_BYTES - LENGTH_BYTES, section, true);
  return nonce;
}

function aadOf(of: string): Uint8Array {
  return encodeUtf8(`weir watch state 2 ${of}`);
}
