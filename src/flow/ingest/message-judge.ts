import { encodeUtf8 } from '#base/core/index.ts';
import type { DeviceTable } from '#trust/identity/index.ts';
import { checkRate } from './checks/rate.ts';
import { checkSize } from './checks/size.ts';
import { isAboutRefused } from './checks/subjects.ts';
import type { CommitGroups } from './commit-groups.ts';
import { eachReading } from './decode/each-reading.ts';
import type { JsonParser, DecodedObject } from './decode/json-parser.ts';
import { takeObject } from './decode/take-object.ts';
import type { ImportGrants } from './import-grants.ts';
import { evidenceOf, mayBeKept } from './quarantine.ts';
import type { QuarantineSink } from './quarantine.ts';
import { REASON, reasonOf } from './reasons.ts';
import type { Outcomes, Sender, WireFormat } from './sender.ts';
import type { StreamIngest } from './stream-ingest.ts';

const ADMITTED = REASON.admitted.number;
const NOTHING = new Uint8Array(0);
const NONE: readonly string[] = [];
/** Names of members that are told of one message. */
const MOST_DROPPED = 8;

/** What a judge works with, the same for every message under one template. */
export interface JudgeParts {
  readonly table: DeviceTable;
  readonly groups: CommitGroups;
  readonly parser: JsonParser;
  readonly quarantine: QuarantineSink | null;
  readonly grants: ImportGrants;
  /** Decides whether a message to `into` may be about the device of a name: the device, or the reason why not. */
  readonly named: (sender: Sender, into: StreamIngest, name: string) => Sender | number;
  readonly mayBeAbout: (sender: Sender, into: StreamIngest, about: Sender) => number;
}

/**
 * Takes the readings of one message through the checks. One judge serves all messages, one after the other: who sent
 * what about whom is set by `take`, so that a reading hands on none of it.
 */
export class MessageJudge {
  readonly #parts: JudgeParts;
  #into!: StreamIngest;
  #sender!: Sender;
  #about!: Sender;
  #bytes!: Buffer;
  #received = 0;
  /** Field or byte that the last refusal names. */
  place = '';
  /** The last reading where it was admitted with members that no field declares; null where it had none. */
  #excess: DecodedObject | 'scanned' | null = null;
  /** Their names of all readings of a message that holds several. */
  readonly #dropped = new Set<string>();

  constructor(parts: JudgeParts) {
    this.#parts = parts;
  }

  take(into: StreamIngest, sender: Sender, about: Sender, bytes: Buffer, received: number): void {
    this.#into = into;
    this.#sender = sender;
    this.#about = about;
    this.#bytes = bytes;
    this.#received = received;
    this.forget();
  }

  /** Forgets what the last message was refused for, and what was left out of it. */
  forget(): void {
    this.place = '';
    this.#excess = null;
    if (this.#dropped.size > 0) this.#dropped.clear();
  }

  /** Members of the message that no field declares and that were left out: the first names, untrusted. */
  get dropped(): readonly string[] {
    if (this.#dropped.size > 0) return [...this.#dropped];
    return this.#excess === null ? NONE : this.#excessNames().slice(0, MOST_DROPPED);
  }

  /** One JSON reading at [start, end). */
  json(start: number, end: number): number {
    const { row, scanner, rules } = this.#into;
    const record = this.#record(this.#about);
    const importing = this.#parts.grants.isOpen(this.#about.index, rules.name, this.#received);
    const first = checkSize(end - start, rules.limits) || this.#pay(record, this.#about, importing);
    if (first !== ADMITTED) return this.refuse(this.#about, first, start, end, null);
    let members: DecodedObject | null = null;
    let reason: number = ADMITTED;
    if (!scanner.scan(this.#bytes, start, end) || scanner.at !== end) {
      const { parser } = this.#parts;
      const value = parser.parse(this.#bytes, start, end);
      if (value === undefined) {
        reason = parser.reason;
        row.place = `byte ${parser.at - start}`;
      } else if (value instanceof Map) {
        members = value as DecodedObject;
        reason = takeObject(row, members);
      } else {
        reason = REASON.schemaShape.number;
        row.place = '';
      }
    }
    return this.#conclude(reason, this.#about, record, importing, start, end, members);
  }

  /** One reading that was decoded before, from the bytes at [start, end). */
  object(members: DecodedObject, about: Sender, start: number, end: number): number {
    const record = this.#record(about);
    const importing = this.#parts.grants.isOpen(about.index, this.#into.rules.name, this.#received);
    const first = this.#pay(record, about, importing);
    if (first !== ADMITTED) return this.refuse(about, first, start, end, null);
    const reason = takeObject(this.#into.row, members);
    return this.#conclude(reason, about, record, importing, start, end, members);
  }

  /** Each reading of a message. */
  many(format: WireFormat): Outcomes {
    const reasons: number[] = [];
    const places = new Map<number, string>();
    let stored = 0;
    const tell = (reason: number): void => {
      if (reason <= REASON.duplicate.number) stored++;
      else if (this.place !== '') places.set(reasons.length, this.place);
      reasons.push(reason);
      this.place = '';
      if (this.#excess !== null && this.#dropped.size < MOST_DROPPED) this.#gatherDropped();
      this.#excess = null;
    };
    eachReading(this.#bytes, format, this.#into.rules, this.#parts.parser, this.#received, {
      json: (start, end) => tell(this.json(start, end)),
      object: (members, name, start, end) => {
        const about = this.#aboutOf(format, name);
        if (typeof about === 'number') tell(this.refuse(this.#about, about, start, end, null));
        else tell(this.object(members, about, start, end));
      },
      refuse: (reason, place, start, end) => {
        this.place = place;
        tell(this.refuse(this.#about, reason, start, end, null));
      },
    });
    const refused = reasons.length - stored;
    return { reasons: Uint8Array.from(reasons), places, dropped: [...this.#dropped], stored, refused };
  }

  /** Counts a refusal and keeps of it what its reason says; returns the reason. */
  refuse(about: Sender, reason: number, start: number, end: number, members: DecodedObject | null): number {
    if (reason === REASON.tryLater.number) return reason;
    const { groups, quarantine, parser } = this.#parts;
    const { rules } = this.#into;
    const payload = start === 0 && end === this.#bytes.length ? this.#bytes : this.#bytes.subarray(start, end);
    groups.refused(about.name, rules.name, reason, payload);
    const kept = reasonOf(reason)?.kept;
    if (quarantine === null || (kept !== 'place' && kept !== 'payload')) return reason;
    // Where readings are not stored, refused ones are not either.
    if (rules.windows !== null) return reason;
    if (quarantine.room(about.name) < (kept === 'payload' ? payload.length : 0)) return reason;
    let evidence: Uint8Array = NOTHING;
    if (kept === 'payload') {
      const decoded = members ?? parser.parse(payload);
      if (!mayBeKept(decoded, rules, this.#received)) return reason;
      if (decoded instanceof Map) {
        if (isAboutRefused(decoded as DecodedObject, this.#into.guards)) return reason;
        evidence = encodeUtf8(evidenceOf(decoded as DecodedObject, rules));
      }
    }
    quarantine.keep({
      device: about.name,
      stream: rules.name,
      via: this.#via(about),
      reason,
      received: this.#received,
      place: this.place,
      length: payload.length,
      payload: evidence,
    });
    return reason;
  }

  #conclude(
    decoded: number,
    about: Sender,
    record: number,
    importing: boolean,
    start: number,
    end: number,
    members: DecodedObject | null,
  ): number {
    this.#into.row.bytes = end - start;
    const reason = decoded || this.#into.admitRow(record, about, this.#via(about), this.#received, importing);
    if (reason === ADMITTED && this.#into.row.undeclared > 0) this.#excess = members ?? 'scanned';
    if (reason <= REASON.tryLater.number) return reason;
    this.place = this.#into.row.place;
    return this.refuse(about, reason, start, end, members);
  }

  #gatherDropped(): void {
    for (const name of this.#excessNames()) {
      if (this.#dropped.size < MOST_DROPPED) this.#dropped.add(name);
    }
  }

  #excessNames(): readonly string[] {
    const excess = this.#excess;
    if (excess === null) return NONE;
    const { rules, scanner } = this.#into;
    if (excess === 'scanned') return scanner.undeclared(this.#bytes);
    return [...excess.keys()].filter((name) => !rules.members.has(name));
  }

  #aboutOf(format: WireFormat, name: string | null): Sender | number {
    if (name !== null && name !== this.#about.name) return this.#parts.named(this.#sender, this.#into, name);
    // A pack may name others than its sender, so who it is about is decided reading by reading.
    const reason = isPack(format) ? this.#parts.mayBeAbout(this.#sender, this.#into, this.#about) : ADMITTED;
    return reason === ADMITTED ? this.#about : reason;
  }

  #record(about: Sender): number {
    return this.#parts.table.record(about.index, this.#into.index);
  }

  #pay(record: number, about: Sender, importing: boolean): number {
    if (record === -1) return REASON.tryLater.number;
    const { table } = this.#parts;
    if (importing) return table.isQuarantined(about.index) ? REASON.quarantined.number : ADMITTED;
    table.lock(record);
    const reason = checkRate(table, record, this.#into.rules, this.#received);
    table.unlock(record);
    return reason || (table.isQuarantined(about.index) ? REASON.quarantined.number : ADMITTED);
  }

  #via(about: Sender): string | null {
    return about.index === this.#sender.index ? null : this.#sender.name;
  }
}

/** Whether a format names devices itself. */
export function isPack(format: WireFormat): boolean {
  return format === 'senml+json' || format === 'senml+cbor';
}
