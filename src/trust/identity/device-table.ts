import {
  D_CONNECTIONS,
  D_EPOCH,
  D_FLAGS,
  D_RECORDS,
  F_BEHIND_MAX,
  F_BEHIND_SEQ,
  F_BEHIND_TIME,
  F_BEHIND_TURNS,
  F_FLOOR,
  F_LAST_TIME,
  F_MAX_SEQ,
  F_REFILLED,
  F_STEPPED,
  F_TOKENS,
  H_DEVICES,
  H_EPOCH,
  H_KEY,
  H_LOCK,
  H_NEXT_RECORD,
  H_RECORDS,
  H_STEPPED,
  H_STREAMS,
  H_STREAM_COUNT,
  H_VERSION,
  H_WINDOW,
  R_DOUBLES,
  R_HAS_SEQ,
  R_LOCK,
  STREAM_NAME_BYTES,
  layoutOf,
} from './device-table-layout.ts';
import type { DeviceTableLayout, DeviceTableSize } from './device-table-layout.ts';

const VERSION = 1;

/** Bits of a device's row. A device may act only while it is known and none of the bits in `blocked` is set. */
export const DEVICE_FLAG = Object.freeze({
  known: 1,
  disabled: 2,
  revoked: 4,
  contained: 8,
  blocked: 2 | 4 | 8,
  /** It may act, and its readings are kept apart. */
  quarantined: 16,
});

/** What the window says about a `seq`. `pending`: another worker holds the same reading and it is not durable yet. */
export const SEQ = Object.freeze({ fresh: 0, duplicate: 1, replay: 2, pending: 3 });
export type SeqVerdict = (typeof SEQ)[keyof typeof SEQ];

/**
 * What all gateway workers share about devices: flags that take effect on the next packet, and per device and stream
 * the rate bucket, the window of `seq`, and the last values of stepped fields.
 *
 * The table lies in shared memory. Reading flags is one atomic load. Whatever takes a record number wants the record
 * locked by the caller (`lock`, `unlock`), so that one reading's checks and their effects are one step.
 */
export class DeviceTable {
  readonly buffer: SharedArrayBuffer;
  readonly #layout: DeviceTableLayout;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #streams = new Map<string, number>();

  private constructor(buffer: SharedArrayBuffer, layout: DeviceTableLayout) {
    this.buffer = buffer;
    this.#layout = layout;
    this.#words = new Int32Array(buffer);
    this.#doubles = new Float64Array(buffer);
  }

  /**
   * Makes an empty table.
   *
   * @param hashKey eight random bytes: the key of the content hashes in the windows
   */
  static create(size: DeviceTableSize, hashKey: Uint8Array): DeviceTable {
    if (hashKey.length !== 8) throw new RangeError('Cannot make a device table: the hash key has not 8 bytes');
    const layout = layoutOf(size);
    const table = new DeviceTable(new SharedArrayBuffer(layout.total), layout);
    const words = table.#words;
    words[H_DEVICES] = size.devices;
    words[H_STREAMS] = size.streams;
    words[H_RECORDS] = size.records;
    words[H_WINDOW] = size.window;
    words[H_STEPPED] = size.stepped;
    const key = new DataView(hashKey.buffer, hashKey.byteOffset, 8);
    words[H_KEY] = key.getInt32(0, true);
    words[H_KEY + 1] = key.getInt32(4, true);
    Atomics.store(words, H_VERSION, VERSION);
    return table;
  }

  /** The same table in another thread. */
  static attach(buffer: SharedArrayBuffer): DeviceTable {
    const words = new Int32Array(buffer);
    if (Atomics.load(words, H_VERSION) !== VERSION) throw new TypeError('Cannot attach: this is no device table');
    const layout = layoutOf({
      devices: words[H_DEVICES]!,
      streams: words[H_STREAMS]!,
      records: words[H_RECORDS]!,
      window: words[H_WINDOW]!,
      stepped: words[H_STEPPED]!,
    });
    return new DeviceTable(buffer, layout);
  }

  get size(): DeviceTableSize {
    return this.#layout;
  }

  get hashKey(): readonly [number, number] {
    return [this.#words[H_KEY]!, this.#words[H_KEY + 1]!];
  }

  /** The bits of a device; 0 for an index that has no row. */
  flags(device: number): number {
    if (device < 0 || device >= this.#layout.devices) return 0;
    return Atomics.load(this.#words, this.#device(device) + D_FLAGS);
  }

  /** Whether a device may act now: one atomic load, for every packet. */
  mayAct(device: number): boolean {
    return (this.flags(device) & (DEVICE_FLAG.known | DEVICE_FLAG.blocked)) === DEVICE_FLAG.known;
  }

  /** Whether the readings of a device are kept apart. */
  isQuarantined(device: number): boolean {
    return (this.flags(device) & DEVICE_FLAG.quarantined) !== 0;
  }

  /** Sets bits of a device, then clears others, so that none is free between two states that block; moves its epoch on. */
  setFlags(device: number, set: number, clear = 0): void {
    const at = this.#row(device);
    Atomics.or(this.#words, at + D_FLAGS, set);
    Atomics.and(this.#words, at + D_FLAGS, ~(clear & ~set));
    Atomics.add(this.#words, at + D_EPOCH, 1);
  }

  /** Number that moves whenever what was decided about a device must be decided again. */
  epoch(device: number): number {
    return Atomics.load(this.#words, this.#row(device) + D_EPOCH) + Atomics.load(this.#words, H_EPOCH);
  }

  /** Moves the epoch of one device, or of all: a policy or consent changed. */
  bumpEpoch(device?: number): void {
    Atomics.add(this.#words, device === undefined ? H_EPOCH : this.#row(device) + D_EPOCH, 1);
  }

  /** Counts a connection of a device; false, and not counted, where it has `limit` already. */
  connect(device: number, limit: number): boolean {
    const at = this.#row(device) + D_CONNECTIONS;
    if (Atomics.add(this.#words, at, 1) < limit) return true;
    Atomics.sub(this.#words, at, 1);
    return false;
  }

  disconnect(device: number): void {
    Atomics.sub(this.#words, this.#row(device) + D_CONNECTIONS, 1);
  }

  connections(device: number): number {
    return Atomics.load(this.#words, this.#row(device) + D_CONNECTIONS);
  }

  /** The column of a stream in the table, the same in every thread; -1 where there is no room for another. */
  streamIndex(name: string): number {
    const known = this.#streams.get(name);
    if (known !== undefined) return known;
    this.#lockWord(H_LOCK);
    try {
      const index = this.#findStream(name);
      if (index !== -1) this.#streams.set(name, index);
      return index;
    } finally {
      this.#unlockWord(H_LOCK);
    }
  }

  /** Names of the streams that have columns, in the order of their columns. */
  streamNames(): readonly string[] {
    this.#lockWord(H_LOCK);
    const all = new Uint8Array(this.buffer, this.#layout.streamNames);
    const names = Array.from({ length: this.#words[H_STREAM_COUNT]! }, (_, i) => {
      const at = i * (STREAM_NAME_BYTES + 8);
      return Buffer.from(all.slice(at + 8, at + 8 + all[at]!)).toString('utf8');
    });
    this.#unlockWord(H_LOCK);
    return names;
  }

  /** The record of a device and stream, made at first need; -1 where there is no room for another. */
  record(device: number, stream: number): number {
    const at = this.#row(device) + D_RECORDS + stream;
    const found = Atomics.load(this.#words, at);
    if (found !== 0) return found - 1;
    this.#lockWord(H_LOCK);
    try {
      const made = Atomics.load(this.#words, at);
      if (made !== 0) return made - 1;
      const next = this.#words[H_NEXT_RECORD]!;
      if (next >= this.#layout.records) return -1;
      this.#words[H_NEXT_RECORD] = next + 1;
      this.#reset(next);
      Atomics.store(this.#words, at, next + 1);
      return next;
    } finally {
      this.#unlockWord(H_LOCK);
    }
  }

  /** The record of a device and stream, -1 where there is none. */
  existingRecord(device: number, stream: number): number {
    return Atomics.load(this.#words, this.#row(device) + D_RECORDS + stream) - 1;
  }

  lock(record: number): void {
    this.#lockWord(this.#word(record) + R_LOCK);
  }

  unlock(record: number): void {
    this.#unlockWord(this.#word(record) + R_LOCK);
  }

  /**
   * Takes one reading out of a record's bucket.
   *
   * @param now epoch microseconds; a clock that goes back fills nothing and is followed
   * @returns false where the bucket is empty
   */
  takeToken(record: number, now: number, perSecond: number, burst: number): boolean {
    const at = this.#double(record);
    const doubles = this.#doubles;
    const refilled = doubles[at + F_REFILLED]!;
    let tokens = doubles[at + F_TOKENS]!;
    if (Number.isNaN(refilled)) tokens = burst;
    else if (now > refilled) tokens += ((now - refilled) / 1e6) * perSecond;
    if (tokens > burst) tokens = burst;
    doubles[at + F_REFILLED] = now;
    const taken = tokens >= 1;
    doubles[at + F_TOKENS] = taken ? tokens - 1 : tokens;
    return taken;
  }

  /** Tokens in a record's bucket; nothing is taken. Parameters as for `takeToken`. */
  tokens(record: number, now: number, perSecond: number, burst: number): number {
    const at = this.#double(record);
    const refilled = this.#doubles[at + F_REFILLED]!;
    if (Number.isNaN(refilled)) return burst;
    return Math.min(burst, this.#doubles[at + F_TOKENS]! + (Math.max(0, now - refilled) / 1e6) * perSecond);
  }

  /** Puts one back: its reading could not be kept and will come again. */
  returnToken(record: number): void {
    this.#doubles[this.#double(record) + F_TOKENS]! += 1;
  }

  /**
   * What the window says about a reading.
   *
   * @param hash content hash, not zero
   * @param mark this worker's mark of the open group; see `recordSeq`
   */
  judgeSeq(record: number, seq: number, hash: number, mark: number): SeqVerdict {
    const words = this.#words;
    if (words[this.#word(record) + R_HAS_SEQ] === 0) return SEQ.fresh;
    const at = this.#double(record);
    const max = this.#doubles[at + F_MAX_SEQ]!;
    if (seq > max) return SEQ.fresh;
    if (seq <= this.#doubles[at + F_FLOOR]! || seq <= max - this.#layout.window) return SEQ.replay;
    const slot = this.#slot(record, seq);
    const held = words[slot]!;
    if (held === 0) return SEQ.fresh;
    if (held !== hash) return SEQ.replay;
    const pending = Atomics.load(words, slot + this.#layout.window);
    return pending !== 0 && markWorker(pending) !== markWorker(mark) ? SEQ.pending : SEQ.duplicate;
  }

  /**
   * Remembers a reading that `judgeSeq` called fresh.
   *
   * @param mark `markOf(worker, group)` until the reading is durable; 0 where it is already
   * @returns the highest `seq` before, -1 for none, or NaN where it did not move
   */
  recordSeq(record: number, seq: number, hash: number, mark: number): number {
    const { window } = this.#layout;
    const words = this.#words;
    const doubles = this.#doubles;
    const at = this.#double(record);
    const has = this.#word(record) + R_HAS_SEQ;
    const first = words[has] === 0;
    const max = first ? -1 : doubles[at + F_MAX_SEQ]!;
    if (first) {
      words[has] = 1;
      doubles[at + F_FLOOR] = -1;
    }
    if (seq > max) {
      if (first || seq - max >= window) this.#clearWindow(record);
      else for (let s = max + 1; s < seq; s++) this.#clearSlot(this.#slot(record, s));
      doubles[at + F_MAX_SEQ] = seq;
      if (seq - window > doubles[at + F_FLOOR]!) doubles[at + F_FLOOR] = seq - window;
    }
    const slot = this.#slot(record, seq);
    words[slot] = hash;
    Atomics.store(words, slot + window, mark);
    return seq > max ? max : Number.NaN;
  }

  /**
   * Notes a `seq` that was refused as a replay, and tells whether there are two that count on their own.
   *
   * Two counters take turns: the one behind goes on where it was, step by step, while the other goes on too. A sender
   * that counts anew after a restart goes on alone; one message that comes again and again does not go on; what was
   * recorded, or waited in a sender, comes with its old times, which the caller leaves out.
   *
   * @param now epoch microseconds
   * @returns true at every fifth turn
   */
  noteBehind(record: number, seq: number, now: number): boolean {
    const doubles = this.#doubles;
    const at = this.#double(record);
    const max = doubles[at + F_MAX_SEQ]!;
    const step = seq - doubles[at + F_BEHIND_SEQ]!;
    const goesOn = step > 0 && step <= BEHIND_STEP && now - doubles[at + F_BEHIND_TIME]! <= BEHIND_GAP_US;
    const isTurn = goesOn && max > doubles[at + F_BEHIND_MAX]!;
    const turns = (goesOn ? doubles[at + F_BEHIND_TURNS]! : 0) + (isTurn ? 1 : 0);
    doubles[at + F_BEHIND_SEQ] = seq;
    doubles[at + F_BEHIND_MAX] = max;
    doubles[at + F_BEHIND_TIME] = now;
    doubles[at + F_BEHIND_TURNS] = turns < BEHIND_TURNS ? turns : 0;
    return turns >= BEHIND_TURNS;
  }

  /** Takes the mark off a reading that is durable now. Needs no lock: only the mark's own worker takes it off. */
  settleSeq(record: number, seq: number, mark: number): void {
    Atomics.compareExchange(this.#words, this.#slot(record, seq) + this.#layout.window, mark, 0);
  }

  /**
   * Forgets a reading that could not be made durable, so that its redelivery is fresh. Readings are undone in the
   * reverse of the order in which they were recorded.
   *
   * Slots that the reading had pushed out of the window stay lost: the floor keeps what they held from coming again.
   * @param before what `recordSeq` returned
   */
  undoSeq(record: number, seq: number, mark: number, before: number): void {
    const slot = this.#slot(record, seq);
    if (this.#words[slot + this.#layout.window] === mark) this.#clearSlot(slot);
    const at = this.#double(record);
    const doubles = this.#doubles;
    if (Number.isNaN(before) || doubles[at + F_MAX_SEQ] !== seq) return;
    doubles[at + F_MAX_SEQ] = before;
    if (before < 0) this.#words[this.#word(record) + R_HAS_SEQ] = 0;
    else if (doubles[at + F_FLOOR]! > before) doubles[at + F_FLOOR] = before;
  }

  /** Highest `seq` of a record, or null where none came yet. */
  maxSeq(record: number): number | null {
    return this.#words[this.#word(record) + R_HAS_SEQ] === 0 ? null : this.#doubles[this.#double(record) + F_MAX_SEQ]!;
  }

  /** Every `seq` up to it is a replay; -1 where none is. */
  floor(record: number): number {
    return this.#words[this.#word(record) + R_HAS_SEQ] === 0 ? -1 : this.#doubles[this.#double(record) + F_FLOOR]!;
  }

  raiseFloor(record: number, floor: number): void {
    const at = this.#double(record) + F_FLOOR;
    if (this.#doubles[at]! < floor) this.#doubles[at] = floor;
  }

  /** Content hash of a `seq` within the window, 0 where it has not come or is not durable yet. */
  settledHash(record: number, seq: number): number {
    const slot = this.#slot(record, seq);
    return Atomics.load(this.#words, slot + this.#layout.window) === 0 ? this.#words[slot]! : 0;
  }

  /** Last value of a stepped field, NaN where none came yet. */
  lastValue(record: number, stepped: number): number {
    return this.#doubles[this.#double(record) + F_STEPPED + stepped * 2]!;
  }

  /** Time of that value in epoch microseconds. */
  lastValueTime(record: number, stepped: number): number {
    return this.#doubles[this.#double(record) + F_STEPPED + stepped * 2 + 1]!;
  }

  setLastValue(record: number, stepped: number, value: number, time: number): void {
    const at = this.#double(record) + F_STEPPED + stepped * 2;
    this.#doubles[at] = value;
    this.#doubles[at + 1] = time;
  }

  forgetLastValues(record: number): void {
    const at = this.#double(record) + F_STEPPED;
    this.#doubles.fill(Number.NaN, at, at + this.#layout.stepped * 2);
  }

  /** Newest time of a reading, NaN where none came yet. */
  lastTime(record: number): number {
    return this.#doubles[this.#double(record) + F_LAST_TIME]!;
  }

  noteTime(record: number, time: number): void {
    const at = this.#double(record) + F_LAST_TIME;
    if (!(this.#doubles[at]! >= time)) this.#doubles[at] = time;
  }

  #findStream(name: string): number {
    const bytes = Buffer.from(name);
    if (bytes.length > STREAM_NAME_BYTES) return -1;
    const count = this.#words[H_STREAM_COUNT]!;
    const all = new Uint8Array(this.buffer, this.#layout.streamNames);
    for (let i = 0; i < count; i++) {
      const at = i * (STREAM_NAME_BYTES + 8);
      if (all[at] === bytes.length && bytes.every((byte, j) => all[at + 8 + j] === byte)) return i;
    }
    if (count >= this.#layout.streams) return -1;
    all[count * (STREAM_NAME_BYTES + 8)] = bytes.length;
    all.set(bytes, count * (STREAM_NAME_BYTES + 8) + 8);
    this.#words[H_STREAM_COUNT] = count + 1;
    return count;
  }

  #reset(record: number): void {
    const at = this.#double(record);
    this.#doubles.fill(Number.NaN, at, at + F_STEPPED + this.#layout.stepped * 2);
  }

  #clearWindow(record: number): void {
    const first = this.#slot(record, 0);
    this.#words.fill(0, first, first + this.#layout.window * 2);
  }

  #clearSlot(slot: number): void {
    this.#words[slot] = 0;
    Atomics.store(this.#words, slot + this.#layout.window, 0);
  }

  #row(device: number): number {
    if (device < 0 || device >= this.#layout.devices) {
      throw new RangeError(`Cannot find device ${device}: the table has ${this.#layout.devices} rows`);
    }
    return this.#device(device);
  }

  #device(device: number): number {
    return (this.#layout.deviceRows + device * this.#layout.deviceBytes) / 4;
  }

  #word(record: number): number {
    return (this.#layout.recordRows + record * this.#layout.recordBytes) / 4;
  }

  #double(record: number): number {
    return (this.#layout.recordRows + record * this.#layout.recordBytes + R_DOUBLES) / 8;
  }

  #slot(record: number, seq: number): number {
    return this.#word(record) + this.#layout.digests / 4 + (seq % this.#layout.window);
  }

  #lockWord(word: number): void {
    let spins = 0;
    while (Atomics.compareExchange(this.#words, word, 0, 1) !== 0) {
      // Held for well under a microsecond, unless its thread was stopped by the system: then sleep until it runs on.
      if (++spins > 1_000) Atomics.wait(this.#words, word, 1, 1);
      // A thread that was ended inside can never let go; a lock held for seconds is taken over.
      if (spins > LOCK_SPINS) return;
    }
  }

  #unlockWord(word: number): void {
    Atomics.store(this.#words, word, 0);
  }
}

const LOCK_SPINS = 6_000;
/** Readings that may be lost between two of one counter. */
const BEHIND_STEP = 8;
const BEHIND_GAP_US = 600_000_000;
const BEHIND_TURNS = 5;

/** The mark of a reading that waits for its group: worker (0 to 125) and group number. Never zero. */
export function markOf(worker: number, group: number): number {
  return ((group & 0xff_ffff) << 7) | (worker + 1);
}

function markWorker(mark: number): number {
  return mark & 0x7f;
}
