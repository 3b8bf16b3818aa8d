import { encodeUtf8 } from '#base/core/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { JournalWriter } from '#flow/journal/index.ts';
import type { DeviceTable } from '#trust/identity/index.ts';
import { checkRate } from './checks/rate.ts';
import { CommitGroups } from './commit-groups.ts';
import { eachReading, firstByte } from './decode/each-reading.ts';
import type { ReadingTaker } from './decode/each-reading.ts';
import { JsonParser } from './decode/json-parser.ts';
import type { DecodedObject } from './decode/json-parser.ts';
import { takeObject } from './decode/take-object.ts';
import { IngestError } from './errors.ts';
import { evidenceOf } from './quarantine.ts';
import type { QuarantineSink } from './quarantine.ts';
import { REASON, reasonOf } from './reasons.ts';
import type { Outcomes, Sender, WireFormat } from './sender.ts';
import { StreamIngest } from './stream-ingest.ts';
import { compileStream, mostStepped } from './stream-rules.ts';

/** What an `Ingest` is made of. */
export interface IngestParts {
  readonly template: Template;
  readonly journal: JournalWriter;
  readonly table: DeviceTable;
  /** Number of this gateway worker, 0 to 125. */
  readonly worker: number;
  /** Key of the digests of refused payloads: 32 bytes, in memory only. */
  readonly digestKey: Uint8Array;
  /** Streams that may not start, since a protection that they declare is not in force. */
  readonly closed?: ReadonlySet<string>;
  readonly quarantine?: QuarantineSink;
  /** The device of a name, for messages that name others than the sender (SenML base names). */
  readonly findDevice?: (name: string) => Sender | null;
  /** Readings that may wait for durability at once; more are asked to come later. */
  readonly mostWaiting?: number;
}

const MOST_WAITING = 65_536;
const ADMITTED = REASON.admitted.number;

/**
 * Decides about readings: each goes through the checks in their order, and is a row of an open batch or a counted
 * refusal when the call returns. `durable()` tells when that is on disk; only then may a sender hear of it.
 *
 * One per gateway worker. Nothing in it waits or takes turns but `durable` and `drain`.
 */
export class Ingest {
  readonly #table: DeviceTable;
  readonly #groups: CommitGroups;
  readonly #quarantine: QuarantineSink | null;
  readonly #findDevice: (name: string) => Sender | null;
  readonly #mostWaiting: number;
  #template!: Template;
  #streams!: ReadonlyMap<string, StreamIngest>;
  #closed!: ReadonlySet<string>;
  #parser!: JsonParser;
  #held = false;
  #place = '';

  constructor(parts: IngestParts) {
    this.#table = parts.table;
    this.#groups = new CommitGroups(parts);
    this.#quarantine = parts.quarantine ?? null;
    this.#findDevice = parts.findDevice ?? ((): null => null);
    this.#mostWaiting = parts.mostWaiting ?? MOST_WAITING;
    this.useTemplate(parts.template, parts.closed);
  }

  /**
   * Takes another version of the template. Readings admitted before keep the digest of the old one.
   *
   * @throws {IngestError} INGEST_TABLE_SMALL where the device table has no room for its stepped fields;
   * INGEST_PATTERN_INVALID. The version in use then stays.
   */
  useTemplate(template: Template, closed: ReadonlySet<string> = new Set()): void {
    if (mostStepped(template) > this.#table.size.stepped) {
      throw new IngestError(
        'INGEST_TABLE_SMALL',
        `Cannot use template: a stream has ${mostStepped(template)} stepped fields, and the device table has room for ${this.#table.size.stepped}`,
      );
    }
    const streams = new Map<string, StreamIngest>();
    for (const [name, stream] of template.streams) {
      const rules = compileStream(stream, template.limits);
      streams.set(name, new StreamIngest(rules, template.digest, this.#table, this.#groups));
    }
    this.#streams = streams;
    this.#template = template;
    this.#closed = closed;
    const textLength = Math.max(...[...streams.values()].map((stream) => stream.rules.textLimit));
    this.#parser = new JsonParser({ ...template.limits, textLength });
  }

  /** Field or byte that the last refusal names, for the text that goes with the reason; empty where none. */
  get place(): string {
    return this.#place;
  }

  /** True while so much waits for durability that sockets should not be read. */
  get busy(): boolean {
    return this.#held || this.#groups.rows >= this.#mostWaiting / 2;
  }

  /** Holds everything off, as when the store lags: all readings are asked to come later until it is let go. */
  hold(held: boolean): void {
    this.#held = held;
  }

  /**
   * Decides about one message. Of a message that holds several readings the answer is the first refusal, if any.
   *
   * @param about the device that the readings are about: the sender, or one it speaks for
   * @param payload hostile: bounded by `limits.payloadBytes`, or `limits.decompressedBytes` for many readings
   * @param received epoch microseconds
   * @returns a reason number; see `REASON` and `isStored`. Tell the sender after `durable()`.
   */
  admit(
    sender: Sender,
    stream: string,
    about: Sender,
    payload: Uint8Array,
    format: WireFormat,
    received: number,
  ): number {
    const bytes = bufferOf(payload);
    const into = this.#streams.get(stream);
    const refused = this.#mayPublish(sender, into, about);
    if (refused !== ADMITTED)
      return this.#refuse(into?.rules.name ?? '', about, sender, refused, bytes, 0, bytes.length, received, null);
    if (format === 'json' && firstByte(bytes) !== 0x5b)
      return this.#json(into!, sender, about, bytes, 0, bytes.length, received);
    const outcomes = this.#many(into!, sender, about, bytes, format, received);
    for (const reason of outcomes.reasons) if (reason > REASON.duplicate.number) return reason;
    return outcomes.stored === 0 ? REASON.duplicate.number : ADMITTED;
  }

  /** Decides about each reading of one message; for HTTP, where each has an outcome. Parameters as for `admit`. */
  admitMany(
    sender: Sender,
    stream: string,
    about: Sender,
    payload: Uint8Array,
    format: WireFormat,
    received: number,
  ): Outcomes {
    const bytes = bufferOf(payload);
    const into = this.#streams.get(stream);
    const refused = this.#mayPublish(sender, into, about);
    if (refused === ADMITTED) return this.#many(into!, sender, about, bytes, format, received);
    const name = into?.rules.name ?? '';
    this.#refuse(name, about, sender, refused, bytes, 0, bytes.length, received, null);
    return { reasons: Uint8Array.of(refused), places: new Map(), stored: 0, refused: 1 };
  }

  /**
   * Counts a refusal that was found before ingest: an unknown topic, an oversized packet, a format not taken.
   *
   * @param device name of the device, or empty where none is known
   * @param stream name of a declared stream, or empty: names from outside are never kept
   * @param payload what was refused, for its keyed digest
   * @returns the reason number
   */
  refuse(device: string, stream: string, reason: number, payload: Uint8Array | null): number {
    const declared = this.#streams.has(stream) ? stream : '';
    this.#groups.refused(device, declared, reason, payload);
    return reason;
  }

  /** Records one change of a client's session, in order with the readings around it and durable with them. */
  recordSession(session: string, event: Uint8Array): void {
    this.#groups.session({ session, event });
  }

  /**
   * Resolves once everything said so far is durable. Rejects with the journal's error where the group was not kept:
   * none of it may be acknowledged, and its senders are told to try later. All callers of one group get one promise.
   */
  durable(): Promise<void> {
    return this.#groups.durable();
  }

  /** Resolves when nothing waits any more. */
  drain(): Promise<void> {
    return this.#groups.drain();
  }

  #mayPublish(sender: Sender, into: StreamIngest | undefined, about: Sender): number {
    this.#place = '';
    if (into === undefined) return REASON.notAStream.number;
    if (!this.#table.mayAct(sender.index)) return REASON.disabled.number;
    if (this.#held || this.#groups.rows >= this.#mostWaiting || into.index === -1) return REASON.tryLater.number;
    if (this.#closed.has(into.rules.name)) return REASON.unenforced.number;
    return this.#mayBeAbout(sender, into, about);
  }

  #mayBeAbout(sender: Sender, into: StreamIngest, about: Sender): number {
    if (!into.rules.from.has(about.type)) return REASON.notAllowed.number;
    if (about.index === sender.index) return ADMITTED;
    if (this.#template.devices.get(sender.type)?.speaksFor.includes(about.type) !== true) {
      return REASON.notAllowed.number;
    }
    return this.#table.mayAct(about.index) ? ADMITTED : REASON.disabled.number;
  }

  /** One JSON reading at [start, end). */
  #json(
    into: StreamIngest,
    sender: Sender,
    about: Sender,
    bytes: Buffer,
    start: number,
    end: number,
    received: number,
  ): number {
    const { row, scanner, rules } = into;
    if (end - start > rules.limits.payloadBytes) {
      return this.#refuse(rules.name, about, sender, REASON.size.number, bytes, start, end, received, null);
    }
    const record = this.#table.record(about.index, into.index);
    const importing = this.#table.isImporting(about.index, received);
    const paid = this.#pay(into, record, received, importing);
    if (paid !== ADMITTED) return this.#refuse(rules.name, about, sender, paid, bytes, start, end, received, null);
    let reason: number = ADMITTED;
    let members: DecodedObject | null = null;
    if (!scanner.scan(bytes, start, end) || scanner.at !== end) {
      const value = this.#parser.parse(bytes, start, end);
      if (value === undefined) {
        reason = this.#parser.reason;
        row.place = `byte ${this.#parser.at - start}`;
      } else if (!(value instanceof Map)) {
        reason = REASON.schemaShape.number;
        row.place = '';
      } else {
        members = value;
        reason = takeObject(row, members);
      }
    }
    if (reason === ADMITTED) {
      const via = about.index === sender.index ? null : sender.name;
      reason = into.admitRow(record, about, via, received, importing);
      if (reason === ADMITTED) return reason;
    }
    if (reason <= REASON.tryLater.number) return reason;
    this.#place = row.place;
    return this.#refuse(rules.name, about, sender, reason, bytes, start, end, received, members);
  }

  /** One reading that was decoded before. */
  #object(
    into: StreamIngest,
    sender: Sender,
    about: Sender,
    members: DecodedObject,
    bytes: Buffer,
    start: number,
    end: number,
    received: number,
  ): number {
    const { row, rules } = into;
    const record = this.#table.record(about.index, into.index);
    const importing = this.#table.isImporting(about.index, received);
    let reason = this.#pay(into, record, received, importing);
    if (reason === ADMITTED) reason = takeObject(row, members);
    if (reason === ADMITTED) {
      const via = about.index === sender.index ? null : sender.name;
      reason = into.admitRow(record, about, via, received, importing);
    }
    if (reason <= REASON.tryLater.number) return reason;
    this.#place = row.place;
    return this.#refuse(rules.name, about, sender, reason, bytes, start, end, received, members);
  }

  #pay(into: StreamIngest, record: number, received: number, importing: boolean): number {
    if (record === -1) return REASON.tryLater.number;
    if (importing) return ADMITTED;
    this.#table.lock(record);
    const reason = checkRate(this.#table, record, into.rules, received);
    this.#table.unlock(record);
    return reason;
  }

  #many(
    into: StreamIngest,
    sender: Sender,
    about: Sender,
    bytes: Buffer,
    format: WireFormat,
    received: number,
  ): Outcomes {
    const { rules } = into;
    const reasons: number[] = [];
    const places = new Map<number, string>();
    let stored = 0;
    const tell = (reason: number): void => {
      if (reason <= REASON.duplicate.number) stored++;
      else if (this.#place !== '') places.set(reasons.length, this.#place);
      reasons.push(reason);
      this.#place = '';
    };
    const taker: ReadingTaker = {
      json: (start, end) => tell(this.#json(into, sender, about, bytes, start, end, received)),
      object: (members, name, start, end) => {
        const named = name === null ? about : this.#named(sender, into, about, name);
        if (typeof named !== 'number') {
          tell(this.#object(into, sender, named, members, bytes, start, end, received));
        } else {
          this.#refuse(rules.name, about, sender, named, bytes, start, end, received, null);
          tell(named);
        }
      },
      refuse: (reason, place, start, end) => {
        this.#place = place;
        tell(this.#refuse(rules.name, about, sender, reason, bytes, start, end, received, null));
      },
    };
    eachReading(bytes, format, rules, this.#parser, taker);
    return { reasons: Uint8Array.from(reasons), places, stored, refused: reasons.length - stored };
  }

  /** The device that a message names, or the reason why it cannot be about that one. */
  #named(sender: Sender, into: StreamIngest, about: Sender, name: string): Sender | number {
    if (name === about.name) return about;
    const device = this.#findDevice(name);
    if (device === null) return REASON.unknownDevice.number;
    const reason = this.#mayBeAbout(sender, into, device);
    return reason === ADMITTED ? device : reason;
  }

  /** Counts a refusal and keeps of it what its reason says. */
  #refuse(
    stream: string,
    about: Sender,
    sender: Sender,
    reason: number,
    bytes: Buffer,
    start: number,
    end: number,
    received: number,
    members: DecodedObject | null,
  ): number {
    if (reason === REASON.tryLater.number) return reason;
    const payload = start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
    this.#groups.refused(about.name, stream, reason, payload);
    const kept = reasonOf(reason)?.kept;
    const sink = this.#quarantine;
    if (sink === null || (kept !== 'place' && kept !== 'payload')) return reason;
    const room = sink.room(about.name);
    if (room < payload.length) return reason;
    let evidence: Uint8Array = NOTHING;
    const rules = this.#streams.get(stream)?.rules;
    if (kept === 'payload' && rules !== undefined) {
      const decoded = members ?? this.#parser.parse(payload);
      if (decoded instanceof Map) evidence = encodeUtf8(evidenceOf(decoded, rules));
    }
    const via = about.index === sender.index ? null : sender.name;
    const place = this.#place;
    sink.keep({ device: about.name, stream, via, reason, received, place, length: payload.length, payload: evidence });
    return reason;
  }
}

const NOTHING = new Uint8Array(0);

function bufferOf(payload: Uint8Array): Buffer {
  return Buffer.isBuffer(payload) ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
}
