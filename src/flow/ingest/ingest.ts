import { EVENTS_STREAM } from '#base/core/index.ts';
import type { TokenMaker } from '#base/crypto/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { JournalWriter } from '#flow/journal/index.ts';
import type { ConsentLookup } from '#trust/consent/index.ts';
import type { DeviceTable } from '#trust/identity/index.ts';
import { checkSize } from './checks/size.ts';
import { compileGuards, refusedDevices } from './checks/subjects.ts';
import type { RefusedSubjects } from './checks/subjects.ts';
import { CommitGroups } from './commit-groups.ts';
import type { CommitPace } from './commit-pace.ts';
import { firstByte } from './decode/each-reading.ts';
import { JsonParser } from './decode/json-parser.ts';
import type { Decoded } from './decode/json-parser.ts';
import { IngestError } from './errors.ts';
import { ImportGrants } from './import-grants.ts';
import { MessageJudge, isPack } from './message-judge.ts';
import type { QuarantineSink } from './quarantine.ts';
import { REASON } from './reasons.ts';
import type { Allowance, Outcomes, Sender, Speaker, WireFormat } from './sender.ts';
import { StreamIngest } from './stream-ingest.ts';
import type { StreamTally } from './stream-ingest.ts';
import { compileStream, mostStepped } from './stream-rules.ts';
import { Tokeniser } from './tokeniser.ts';
import type { VaultWriter } from './vault-record.ts';
import type { WindowSink } from './windows/window-keeper.ts';
import type { WindowStates } from './windows/window-slots.ts';
import { unwrittenWindows } from './windows/unwritten-windows.ts';
import { windowRows } from './windows/window-rows.ts';

/** What goes with a version of the template. */
export interface TemplateTerms {
  /** Streams that may not start, since a protection that they declare is not in force. */
  readonly closed?: ReadonlySet<string>;
  /** Whether further policies let a sender publish to a stream about a device; null where there are none. */
  readonly mayPublish?: MayPublish | null;
  /** Keys of the domains of tokens that the template names. */
  readonly tokenKeys?: ReadonlyMap<string, TokenMaker>;
  /** Seals originals for the vault; a template with reversible tokens needs it. */
  readonly vault?: VaultWriter | null;
  /** From when on streams take readings for their windows, where others gave way to these; epoch microseconds. */
  readonly windowsSince?: ReadonlyMap<string, number>;
}

/** What an `Ingest` is made of. */
export interface IngestParts extends TemplateTerms {
  readonly template: Template;
  readonly journal: JournalWriter;
  readonly table: DeviceTable;
  /** Number of this gateway worker, 0 to 125. */
  readonly worker: number;
  /** Key of the digests of refused payloads: 32 bytes, in memory only. */
  readonly digestKey: Uint8Array;
  readonly quarantine?: QuarantineSink;
  /** Key of the digests of persons of whom nothing is taken, in fields that hold no tokens. */
  readonly subjectKey?: TokenMaker;
  readonly refusedSubjects?: readonly RefusedSubjects[];
  readonly grants?: ImportGrants;
  /** Where readings go that are not stored one by one; a template with such streams needs it. */
  readonly windows?: WindowSink;
  /** Who consents to what; without it nobody does. */
  readonly consents?: ConsentLookup;
  /** The device of a name as the inventory has it now; without it nobody can speak for another. */
  readonly findDevice?: (name: string) => Speaker | null;
  /** Is told of a device whose readings come from two that count `seq` each on its own. */
  readonly interleaved?: (device: string) => void;
  /** When readings may be acknowledged; as soon as can be where it is absent. */
  readonly pace?: Pick<CommitPace, 'waitMs' | 'cut'>;
  /** Readings that may wait for durability at once; more are asked to come later. */
  readonly mostWaiting?: number;
}

/** What further policies say of one message. */
export type MayPublish = (sender: Sender, stream: string, about: Sender) => boolean;

const MOST_WAITING = 65_536;
const ADMITTED = REASON.admitted.number;
const NOTHING_LEFT_OUT: StreamTally = { undeclared: 0, withheld: 0, bytes: 0, folded: 0, foldedBytes: 0 };
const NO_BYTES = Buffer.alloc(0);

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
  readonly #grants: ImportGrants;
  readonly #consents: ConsentLookup | null;
  readonly #findDevice: (name: string) => Speaker | null;
  readonly #mostWaiting: number;
  readonly #interleaved: (device: string) => void;
  readonly #tallies = new Map<string, StreamTally>();
  #template!: Template;
  #streams!: ReadonlyMap<string, StreamIngest>;
  #closed!: ReadonlySet<string>;
  #judge!: MessageJudge;
  /** By domain; they outlive a template, as what they remember does not depend on it. */
  #tokenisers: ReadonlyMap<string, Tokeniser> = new Map();
  /** Of tallies that were taken. */
  #undeclared = 0;
  #held = false;
  #newTokens = new Map<string, number>();
  #further: MayPublish | null = null;
  readonly #subjectDigests: Tokeniser | null;
  #refusedSubjects: readonly RefusedSubjects[];

  constructor(parts: IngestParts) {
    this.#table = parts.table;
    this.#groups = new CommitGroups(parts);
    this.#quarantine = parts.quarantine ?? null;
    this.#grants = parts.grants ?? new ImportGrants();
    this.#consents = parts.consents ?? null;
    this.#findDevice = parts.findDevice ?? ((): null => null);
    this.#mostWaiting = parts.mostWaiting ?? MOST_WAITING;
    this.#interleaved = parts.interleaved ?? ((): void => {});
    this.#subjectDigests = parts.subjectKey === undefined ? null : new Tokeniser(parts.subjectKey);
    this.#refusedSubjects = parts.refusedSubjects ?? [];
    this.useTemplate(parts.template, parts);
  }

  /** Takes nothing more of these persons, from the next reading on; those of before are taken again. */
  refuseSubjects(refused: readonly RefusedSubjects[]): void {
    this.#refusedSubjects = refused;
    for (const stream of this.#streams.values()) {
      stream.guards = compileGuards(stream.rules, refused, this.#subjectDigests);
      stream.refusedDevices = refusedDevices(stream.rules.name, refused);
    }
  }

  /**
   * Takes another version of the template. Readings admitted before keep the digest of the old one.
   *
   * @throws {IngestError} INGEST_TABLE_SMALL where the device table has no room for its stepped fields;
   * INGEST_PATTERN_INVALID, INGEST_TOKEN_KEY_MISSING. The version in use then stays.
   */
  useTemplate(
    template: Template,
    { closed, mayPublish, tokenKeys = new Map(), vault = null, windowsSince }: TemplateTerms = {},
  ): void {
    const [needed, room] = [mostStepped(template), this.#table.size.stepped];
    if (needed > room) {
      const message = `Cannot use template: a stream has ${needed} stepped fields, and the device table takes ${room}`;
      throw new IngestError('INGEST_TABLE_SMALL', message, { hint: 'Restart the platform to make a larger table' });
    }
    if (vault === null && hasReversible(template)) {
      throw new IngestError('INGEST_TOKEN_KEY_MISSING', 'Cannot use template: there is no key for the vault');
    }
    const tokenisers = this.#tokenisersFor(tokenKeys);
    const streams = new Map<string, StreamIngest>();
    for (const [name, stream] of template.streams) {
      const rules = compileStream(
        stream,
        template.limits,
        (domain) => tokenisers.get(domain),
        ({ name: asking, purposes }) => this.#consents?.of(asking).asked(purposes),
        windowsSince?.get(name),
      );
      const tally = this.#tallies.get(name) ?? { ...NOTHING_LEFT_OUT };
      this.#tallies.set(name, tally);
      const shared = {
        table: this.#table,
        groups: this.#groups,
        tally,
        interleaved: this.#interleaved,
        newTokens: (sender: string, made: number) => this.#countTokens(sender, made),
      };
      streams.set(name, new StreamIngest(rules, template.digest, shared));
    }
    const textLength = Math.max(template.limits.textLength, ...[...streams.values()].map((s) => s.rules.textLimit));
    this.#streams = streams;
    this.refuseSubjects(this.#refusedSubjects);
    this.#template = template;
    this.#tokenisers = tokenisers;
    this.#groups.vault = vault;
    this.#closed = closed ?? new Set();
    this.#further = mayPublish ?? null;
    this.#judge = new MessageJudge({
      table: this.#table,
      groups: this.#groups,
      parser: new JsonParser({ ...template.limits, textLength }),
      quarantine: this.#quarantine,
      grants: this.#grants,
      named: (sender, into, name) => this.#named(sender, into, name),
      mayBeAbout: (sender, into, about) => this.#mayBeAbout(sender, into, about),
    });
  }

  /** Whether the template in force has a stream of this name, which may come from outside. */
  isStream(name: string): boolean {
    return this.#streams.has(name);
  }

  /** Field or byte that the last refusal names, for the text that goes with the reason; empty where none. */
  get place(): string {
    return this.#judge.place;
  }

  /** Members of the last message that no field declares and that were left out: the first eight names, untrusted. */
  get dropped(): readonly string[] {
    return this.#judge.dropped;
  }

  /** True while so much waits for durability that sockets should not be read. */
  get busy(): boolean {
    return this.#held || this.#groups.rows >= this.#mostWaiting / 2;
  }

  /** Members of admitted readings that no field declares, since the start: they were left out. */
  get undeclared(): number {
    return this.#undeclared + [...this.#tallies.values()].reduce((sum, { undeclared }) => sum + undeclared, 0);
  }

  /** What of admitted readings was left out since the last call, by stream. */
  takeLeftOut(): readonly (readonly [stream: string, tally: StreamTally])[] {
    const taken: (readonly [string, StreamTally])[] = [];
    for (const [stream, tally] of this.#tallies) {
      if (Object.values(tally).every((count) => count === 0)) continue;
      taken.push([stream, { ...tally }]);
      this.#undeclared += tally.undeclared;
      Object.assign(tally, NOTHING_LEFT_OUT);
    }
    return taken;
  }

  /**
   * Values that got a token since the last call and that this worker did not remember, by who sent them: enrolled
   * devices all, so that there are no more of them than are in the inventory.
   */
  takeNewTokens(): ReadonlyMap<string, number> {
    const taken = this.#newTokens;
    this.#newTokens = new Map();
    return taken;
  }

  /** How many more originals the vault takes; what needs more is asked to come later. */
  set vaultRoom(values: number) {
    this.#groups.vaultRoom = values;
  }

  /** Readings that are not durable yet. */
  get waiting(): number {
    return this.#groups.rows;
  }

  /** Holds everything off, as when the store lags: all readings are asked to come later until it is let go. */
  hold(held: boolean): void {
    this.#held = held;
  }

  /**
   * Decides about one message. Of a message that holds several readings the answer is the first refusal, if any.
   *
   * @param about the device that the readings are about: the sender, or one it speaks for
   * @param payload hostile: at most `limits.payloadBytes`
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
    const refused = this.#mayPublish(sender, into, about, format);
    if (into === undefined || refused !== ADMITTED) return this.#turnAway(into, about, refused, bytes);
    const judge = this.#judge;
    judge.take(into, sender, about, bytes, received);
    if (format === 'json' && firstByte(bytes) !== 0x5b) return judge.json(0, bytes.length);
    const size = checkSize(bytes.length, into.rules.limits);
    if (size !== ADMITTED) return judge.refuse(about, size, 0, bytes.length, null);
    const outcomes = judge.many(format);
    const reason = first(outcomes);
    judge.place = outcomes.places.get(outcomes.reasons.indexOf(reason)) ?? '';
    return reason;
  }

  /**
   * Decides about each reading of one message; for HTTP, where each has an outcome. Parameters as for `admit`, but the
   * payload is bounded by `limits.decompressedBytes`, and each reading in it by `limits.payloadBytes`.
   */
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
    const refused = this.#mayPublish(sender, into, about, format);
    if (into === undefined || refused !== ADMITTED) {
      this.#turnAway(into, about, refused, bytes);
      return { reasons: Uint8Array.of(refused), places: new Map(), dropped: [], stored: 0, refused: 1 };
    }
    this.#judge.take(into, sender, about, bytes, received);
    return this.#judge.many(format);
  }

  /**
   * What a device may still send to a stream; null where that is no stream of the template.
   *
   * @param now epoch microseconds
   */
  allowance(about: Sender, stream: string, now: number): Allowance | null {
    const into = this.#streams.get(stream);
    if (into === undefined) return null;
    const { perSecond, burst } = into.rules;
    const record = this.#table.existingRecord(about.index, into.index);
    // Without its lock: what is told may be a reading old.
    return { perSecond, burst, tokens: record === -1 ? burst : this.#table.tokens(record, now, perSecond, burst) };
  }

  /**
   * Counts a refusal that was found before ingest: an unknown topic, an oversized packet, a format not taken.
   *
   * @param device name of the device, or empty where none is known
   * @param stream what was named as stream; kept only if declared, since names from outside are not
   * @param payload what was refused, for its keyed digest
   * @returns the reason number
   */
  refuse(device: string, stream: string, reason: number, payload: Uint8Array | null): number {
    this.#judge.forget();
    this.#groups.refused(device, this.#streams.has(stream) ? stream : '', reason, payload);
    return reason;
  }

  /**
   * Records something that happened to a device as a reading of the events stream, which only the platform writes.
   * Whether the device may act now does not matter: that it may not is often the event.
   *
   * @param detail what the device or gateway said, well-formed; cut where it is too long
   * @returns a reason number, as `admit`
   */
  recordEvent(about: Sender, kind: string, detail: string | null, client: string | null, received: number): number {
    const members = { kind, detail, client };
    const told = Object.entries(members).filter((entry): entry is [string, string] => entry[1] !== null);
    return this.recordOwn(EVENTS_STREAM, about, new Map(told), received);
  }

  /**
   * Records what the platform itself says of a device, in a stream that nobody else writes. Texts are cut to what their
   * fields take.
   *
   * @returns a reason number, as `admit`
   */
  recordOwn(
    stream: string,
    about: Sender,
    members: ReadonlyMap<string, string | number | boolean>,
    received: number,
  ): number {
    const into = this.#streams.get(stream);
    if (into === undefined) return REASON.notAStream.number;
    if (this.#groups.rows >= this.#mostWaiting || into.index === -1) return REASON.tryLater.number;
    if (into.refusedDevices?.has(about.name) === true) return REASON.erased.number;
    const taken = new Map<string, Decoded>();
    for (const [name, value] of members) {
      const longest = into.rules.fields[into.rules.members.get(name) ?? -1]?.maxLength ?? 0;
      taken.set(name, typeof value === 'string' ? value.slice(0, longest).toWellFormed() : value);
    }
    this.#judge.take(into, about, about, NO_BYTES, received);
    return this.#judge.object(taken, about, 0, 0);
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

  /**
   * Stores the rows of closed windows, each once however often it is said; resolves once they are durable. Rows about
   * persons of whom nothing is taken are passed over.
   *
   * @param closed epoch microseconds
   */
  writeWindows(windows: readonly WindowStates[], closed: number): Promise<void> {
    const unwritten = unwrittenWindows(windows, {
      table: this.#table,
      groups: this.#groups,
      deviceIndex: (name) => this.#findDevice(name)?.index ?? null,
      guards: (stream) => this.#streams.get(stream)?.guards ?? null,
    });
    for (const states of unwritten) this.#groups.made(windowRows(states, closed));
    return this.#groups.durable();
  }

  /** Resolves when nothing waits any more. */
  drain(): Promise<void> {
    return this.#groups.drain();
  }

  #countTokens(sender: string, made: number): void {
    this.#newTokens.set(sender, (this.#newTokens.get(sender) ?? 0) + made);
  }

  #tokenisersFor(keys: ReadonlyMap<string, TokenMaker>): ReadonlyMap<string, Tokeniser> {
    return new Map(
      [...keys].map(([domain, key]) => {
        const known = this.#tokenisers.get(domain);
        const same = known?.maker.version === key.version && known.maker.form === key.form;
        return [domain, same ? known : new Tokeniser(key)];
      }),
    );
  }

  #turnAway(into: StreamIngest | undefined, about: Sender, reason: number, bytes: Buffer): number {
    if (reason !== REASON.tryLater.number) this.#groups.refused(about.name, into?.rules.name ?? '', reason, bytes);
    return reason;
  }

  #mayPublish(sender: Sender, into: StreamIngest | undefined, about: Sender, format: WireFormat): number {
    this.#judge.forget();
    if (into === undefined) return REASON.notAStream.number;
    if (!this.#table.mayAct(sender.index)) return REASON.disabled.number;
    if (this.#held || this.#groups.rows >= this.#mostWaiting || into.index === -1) return REASON.tryLater.number;
    if (this.#closed.has(into.rules.name)) return REASON.unenforced.number;
    return isPack(format) ? ADMITTED : this.#mayBeAbout(sender, into, about);
  }

  #mayBeAbout(sender: Sender, into: StreamIngest, about: Sender): number {
    if (!into.rules.from.has(about.type)) return REASON.notAllowed.number;
    if (this.#further?.(sender, into.rules.name, about) === false) return REASON.notAllowed.number;
    if (about.index === sender.index) return ADMITTED;
    const declared = this.#template.devices.get(sender.type)?.speaksFor;
    // Asked of the inventory each time: a right may be taken back while its holder is connected.
    const given = this.#findDevice(sender.name)?.speaksFor;
    if (declared?.includes(about.type) !== true || given?.includes(about.type) !== true)
      return REASON.notAllowed.number;
    return this.#table.mayAct(about.index) ? ADMITTED : REASON.disabled.number;
  }

  /** The device that a message names, or the reason why it cannot be about that one. */
  #named(sender: Sender, into: StreamIngest, name: string): Sender | number {
    const device = name === sender.name ? sender : this.#findDevice(name);
    if (device === null) return REASON.unknownDevice.number;
    const reason = this.#mayBeAbout(sender, into, device);
    return reason === ADMITTED ? device : reason;
  }
}

function hasReversible(template: Template): boolean {
  return [...template.streams.values()].some(({ fields }) => fields.some(({ token }) => token?.kind === 'reversible'));
}

/** The first refusal of several readings; where there is none, a duplicate only if all are. */
function first(outcomes: Outcomes): number {
  for (const reason of outcomes.reasons) if (reason > REASON.duplicate.number) return reason;
  return outcomes.reasons.length > 0 && outcomes.reasons.every((reason) => reason === REASON.duplicate.number)
    ? REASON.duplicate.number
    : ADMITTED;
}

function bufferOf(payload: Uint8Array): Buffer {
  return Buffer.isBuffer(payload) ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
}
