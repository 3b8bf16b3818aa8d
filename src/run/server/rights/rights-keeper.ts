import { formatMicros, hasCode, makeId, micros } from '#base/core/index.ts';
import type { AuditSink, Clock, Log, Millis, Random } from '#base/core/index.ts';
import { MacKey, TokenKey } from '#base/crypto/index.ts';
import type { RowSealer } from '#base/storage/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { RightsTrial } from '#assure/controls/index.ts';
import {
  devicePlaces,
  dueDate,
  isDevicePlace,
  storedPlaces,
  subjectPlaces,
  withoutOriginals,
} from '#assure/privacy/index.ts';
import type { Rectification, RequestBook, StoredPlace, SubjectRequest } from '#assure/privacy/index.ts';
import type { RefusedSubjects } from '#flow/ingest/index.ts';
import { isHeldBy } from '#flow/store/index.ts';
import type { Hold, Segment, SubjectRow, SubjectSpan } from '#flow/store/index.ts';
import type { PlacedEntry } from '#trust/audit/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import type { SegmentHost } from '../control/segment-host.ts';
import { ServerError } from '../errors.ts';
import type { SnapshotInForce } from '../backup/snapshots-in-force.ts';
import type { StoreHost } from '../store/host.ts';
import type { ReferenceTables } from '../tables/reference-tables.ts';
import { tablesOf } from './corners.ts';
import { allRowsOf, rowsOf } from './eraser.ts';
import type { Eraser } from './eraser.ts';
import { refusedSubjects } from './refused-subjects.ts';
import type { SubjectCorner } from './subject-corner.ts';
import type { SubjectGate } from './subject-gate.ts';
import { subjectBackups } from './subject-backups.ts';
import type { SubjectBackup } from './subject-backups.ts';
import { readableRows } from './subject-export.ts';
import type { SubjectExport } from './subject-export.ts';
import { judgeRectification } from './rectification.ts';
import type { AskedRectification } from './rectification.ts';
import { liftEntry, requestEntries, RequestFold } from './subject-log.ts';
import { isWithholding, withheldConditions } from './withheld-condition.ts';
import type { FormsOf } from './withheld-condition.ts';

export interface RightsParts {
  readonly book: RequestBook;
  /** Seals in the log what a person is called; its key outlives every copy of the catalogue. */
  readonly sealer: RowSealer;
  /** 32 bytes: key of the pseudonymous ids of persons, and of the digests of originals. */
  readonly digestKey: Uint8Array;
  readonly keys: Pick<KeyRing, 'findingKeys'>;
  /** Whatever a stored token may be shown as, itself first. */
  readonly formsOf: FormsOf;
  /** The rows of a relation with tokens as they are shown. */
  readonly shownRows: (relation: string, rows: readonly SubjectRow[]) => readonly SubjectRow[];
  readonly segments: Pick<SegmentHost, 'active'>;
  readonly store: Pick<StoreHost, 'findSubject' | 'subjectSpans' | 'readSubject'>;
  /** Segments of streams that nobody can look into, since their rows of the catalogue were changed. */
  readonly unbelieved: (streams: ReadonlySet<string>) => Promise<readonly { readonly stream: string }[]>;
  readonly tables: Pick<ReferenceTables, 'readSubject'>;
  readonly gateway: () => Pick<SubjectGate, 'refuseSubjects'>;
  readonly corners: readonly SubjectCorner[];
  readonly eraser: Eraser;
  /** How often is looked whether something can go on that had to wait. */
  readonly again: Millis;
  /** Names of the devices whose owner the inventory says that somebody is. */
  readonly devicesOf: (identifier: string) => Promise<readonly string[]>;
  /** Every version of the template that was in force: what an older one admitted may be stored. */
  readonly templates: () => readonly Template[];
  readonly holds: () => readonly Hold[];
  /** What every backup of this platform has now. */
  readonly backups: () => Promise<readonly SnapshotInForce[]>;
  readonly audit: AuditSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** How much of a person was found in one place. */
export interface SubjectFound {
  /** `segments`, `what waits to be sealed`, or a corner. */
  readonly where: string;
  /** The stream, where it is one. */
  readonly relation: string | null;
  readonly count: number;
}

/** Everything that is known of what is kept about a person. */
export interface SubjectReport {
  readonly person: string;
  readonly found: readonly SubjectFound[];
  readonly backups: readonly SubjectBackup[];
  /** What is made of persons' readings and kept nowhere. */
  readonly kept_nowhere: readonly string[];
}

/** Sent to who asks for them, never stored. */
const KEPT_NOWHERE = ['synthetic sets'] as const;

/** Where something may be that nobody can look into. */
const UNBELIEVED = 'segments that cannot be opened, their rows of the catalogue were changed';

/** Readings that something of a person is among, and goes with or stays with. */
type Span = Pick<Segment, 'stream' | 'minTime' | 'maxTime'>;

/** Codes of what keeps a segment from being read, for a while or for good. */
const UNREAD = ['STORAGE_UNAVAILABLE', 'STORAGE_IO', 'STORE_SEGMENT_MISSING', 'STORE_SEGMENT_DAMAGED'] as const;
const MOST_OPEN = 1_000;
/** Spans of time of one stream that are looked at. */
const MOST_SPANS = 1_000;
/** Certified erasures that a control looks at again. */
const LOOKED_AGAIN = 4;
/** Rows of one stream that one answer takes. */
const MOST_EXPORTED = 100_000;
/** What a request is at first. */
const STATES = { erase: 'open', rectify: 'open', restrict: 'standing', export: 'done' } as const;
/** Who asks for a correction waits so long for it at most. */
const CORRECTED_WITHIN_MS = 20_000;

/**
 * The rights of persons: what is kept of them is found, and goes when they ask; it is out of every answer before the
 * request is answered, and off the disk once that is certified.
 */
export class RightsKeeper implements Disposable {
  readonly #parts: RightsParts;
  readonly #guardKey: TokenKey;
  readonly #macKey: MacKey;
  #requests: readonly SubjectRequest[];
  #withheld: ReadonlyMap<string, string | null> = new Map();
  #timer: NodeJS.Timeout | null = null;
  #working = false;
  readonly #watchers = new Set<() => void>();
  #stopped = false;

  private constructor(parts: RightsParts, requests: readonly SubjectRequest[]) {
    this.#parts = parts;
    this.#guardKey = TokenKey.fromBytes(parts.digestKey, 1);
    this.#macKey = MacKey.fromBytes(parts.digestKey);
    this.#requests = requests;
    this.#withheld = withheldConditions(requests, parts.formsOf);
  }

  /**
   * Opens the requests that there are, and those that the log knows of although the catalogue, an older copy, does not.
   *
   * @param entries of the log from an index on
   */
  static async open(parts: RightsParts, entries: (from: number) => AsyncIterable<PlacedEntry>): Promise<RightsKeeper> {
    const { book, sealer, log } = parts;
    const fold = new RequestFold(sealer);
    let next = await book.mark();
    for await (const { index, event } of entries(next)) {
      fold.take(event);
      next = index + 1;
    }
    const known = new Map((await book.list()).map((request) => [request.id, request]));
    for (const request of fold.requests.values()) {
      if (known.has(request.id)) continue;
      // What an older copy brought back is erased again, whatever was certified of it before.
      const lifted = request.kind === 'restrict' && fold.ended.get(request.id) === 'lifted';
      if (!lifted)
        log.warn({ request: request.id, kind: request.kind }, 'a request that the catalogue lost is taken up again');
      await book.put(lifted ? { ...request, state: 'lifted' } : request);
    }
    for (const [id, how] of fold.ended) {
      const request = known.get(id);
      if (how === 'lifted' && request?.state === 'standing') await book.put({ ...request, state: 'lifted' });
    }
    await book.setMark(next);
    return new RightsKeeper(parts, await book.list());
  }

  /** Begins to bring to its end what is open; once everything runs that it needs. */
  start(): void {
    void this.#work();
  }

  [Symbol.dispose](): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** Key of the digests by which the gateway knows persons in fields that hold no tokens. */
  get digestKey(): Uint8Array {
    return this.#parts.digestKey;
  }

  /** Rows of each relation that nobody is shown, as conditions in SQL. */
  get withheld(): ReadonlyMap<string, string | null> {
    return this.#withheld;
  }

  /** Tokens are shown in another way: who is withheld is known by these from now on. */
  tokensChanged(): void {
    this.#use(this.#requests);
  }

  /** Persons of whom the gateway takes nothing. */
  get refused(): readonly RefusedSubjects[] {
    return refusedSubjects(this.#requests, subjectPlaces(this.#parts.templates()));
  }

  /** Guards against persons in whatever a template names, before it is in force. */
  async useTemplate(next: Template): Promise<void> {
    await this.#refuse(refusedSubjects(this.#requests, subjectPlaces([...this.#parts.templates(), next])));
  }

  /** All requests, the oldest first. */
  get requests(): readonly SubjectRequest[] {
    return this.#requests;
  }

  /** Finds what is kept of a person; that somebody looked is logged first. */
  async find(actor: string, identifier: string): Promise<SubjectReport> {
    const { audit } = this.#parts;
    const places = await this.#placesOf(identifier);
    const person = this.personOf(identifier);
    await audit.append({ actor, action: 'find-subject', resource: `subject:${person}`, outcome: 'done' });
    const { found, held, active } = await this.#find(places);
    const streams = new Set(places.filter(({ kind }) => kind === 'stream').map(({ relation }) => relation));
    const backups = subjectBackups(await this.#parts.backups(), held, streams, active);
    return { person, found, backups, kept_nowhere: KEPT_NOWHERE };
  }

  /**
   * Takes everything about a person out of what queries show, in force and durable before this resolves; the rest follows.
   *
   * @param again whether later readings about them are taken
   * @throws {ServerError} SERVER_SUBJECT_INVALID, SERVER_SUBJECT_HELD
   */
  async erase(actor: string, identifier: string, again: SubjectRequest['again']): Promise<SubjectRequest> {
    const places = await this.#placesOf(identifier);
    this.#requireUnheld(await this.#spansOf(places));
    const open = this.#requests.filter(({ kind, state }) => kind === 'erase' && state === 'open');
    const same = open.find(({ person }) => person === this.personOf(identifier));
    if (same !== undefined) return same;
    if (open.length >= MOST_OPEN) throw tooMany();
    const request = await this.#add(actor, identifier, 'erase', again, places);
    void this.#work();
    return request;
  }

  /**
   * Corrects readings about a person: those that are wrong are out of every answer before anything else happens, and the
   * corrected ones are in the next answer once this resolves, or soon after where there are many. The wrong values go from
   * the disk as erased readings do; datasets lose the person's rows.
   *
   * @throws {ServerError} SERVER_SUBJECT_INVALID, SERVER_SUBJECT_HELD
   */
  async rectify(actor: string, identifier: string, asked: AskedRectification): Promise<SubjectRequest> {
    const { templates } = this.#parts;
    const change = judgeRectification(asked, templates().at(-1)!);
    const all = await this.#placesOf(identifier);
    const places = all.filter(({ kind, relation }) => kind === 'stream' && relation === change.stream);
    this.#requireUnheld(await this.#spansOf(places));
    const open = this.#requests.filter(({ kind, state }) => kind === 'rectify' && state === 'open');
    if (open.length >= MOST_OPEN) throw tooMany();
    const request = await this.#add(actor, identifier, 'rectify', 'allow', places, change);
    for (const lost of open.filter((each) => isReplaced(each, request))) {
      await this.#change({ ...lost, state: 'done', finished: request.received, problem: null });
    }
    await this.#corrected(request.id);
    return this.#requests.find(({ id }) => id === request.id) ?? request;
  }

  /** Waits until what was to be corrected is, something stands in the way, or enough time went by. */
  async #corrected(id: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => {
      const request = this.#requests.find((each) => each.id === id);
      const isUnderWay = request?.state === 'open' && request.rewritten === null && request.problem === null;
      if (!isUnderWay) resolve();
    };
    this.#watchers.add(look);
    const timer = setTimeout(resolve, CORRECTED_WITHIN_MS);
    void this.#work();
    look();
    await promise;
    clearTimeout(timer);
    this.#watchers.delete(look);
  }

  /**
   * Hides everything about a person from every answer and takes nothing more of them, and keeps what there is, until that is
   * lifted; in force and durable before this resolves.
   *
   * @see Regulation (EU) 2016/679 article 18
   * @throws {ServerError} SERVER_SUBJECT_INVALID
   */
  async restrict(actor: string, identifier: string): Promise<SubjectRequest> {
    const person = this.personOf(identifier);
    const same = this.#requests.find((each) => each.person === person && each.state === 'standing');
    if (same !== undefined) return same;
    return this.#add(actor, identifier, 'restrict', 'refuse', await this.#placesOf(identifier));
  }

  /** Ends a restriction: what was kept is shown as before. @throws {ServerError} SERVER_REQUEST_UNKNOWN */
  async lift(actor: string, id: string): Promise<SubjectRequest> {
    const { audit, clock } = this.#parts;
    const request = this.#requests.find((each) => each.id === id && each.kind === 'restrict');
    if (request === undefined) {
      throw new ServerError('SERVER_REQUEST_UNKNOWN', `Cannot lift ${id.slice(0, 64)}: no such restriction is there`, {
        hint: 'See those there are with `npm run -s weir -- subject requests`',
      });
    }
    if (request.state !== 'standing') return request;
    await audit.append(liftEntry(actor, request));
    const places = withoutOriginals(request.places);
    const lifted: SubjectRequest = { ...request, state: 'lifted', finished: clock.now(), places };
    await this.#change(lifted);
    await this.#tellGateway();
    return lifted;
  }

  /**
   * Everything that is kept about a person in streams and tables, for them to have; logged before it is read.
   *
   * @throws {ServerError} SERVER_SUBJECT_INVALID where there is more than one answer takes
   */
  async export(actor: string, identifier: string): Promise<SubjectExport> {
    const { store, tables, digestKey, clock, shownRows } = this.#parts;
    const places = await this.#placesOf(identifier);
    await this.#add(actor, identifier, 'export', 'allow', []);
    const relations: SubjectExport['relations'][number][] = [];
    for (const wanted of allRowsOf(places, digestKey)) {
      const { columns, rows, more } = await store.readSubject(wanted, MOST_EXPORTED);
      if (more) throw tooLarge(wanted.stream);
      const own = places.filter((place) => place.relation === wanted.stream && !isDevicePlace(place));
      const readable = readableRows(identifier, { columns, rows: shownRows(wanted.stream, rows) }, own);
      if (rows.length > 0) relations.push({ name: wanted.stream, kind: 'stream', columns, rows: readable });
    }
    for (const [name, of] of tablesOf(places)) {
      const rows = shownRows(name, tables.readSubject(name, of));
      const columns = Object.keys(rows[0] ?? {}).map((column) => ({ name: column, type: 'text' as const }));
      const own = places.filter(({ relation }) => relation === name);
      if (rows.length > 0)
        relations.push({ name, kind: 'table', columns, rows: readableRows(identifier, { columns, rows }, own) });
    }
    return { format: 'weir.subject-export', version: 1, at: formatMicros(clock.now()), relations };
  }

  /** Looks again for those who were erased lately, and at requests that wait: for controls. */
  async trial(): Promise<RightsTrial> {
    const { store, digestKey, clock } = this.#parts;
    const certified = this.#requests
      .filter(({ kind, state }) => kind === 'erase' && state === 'done')
      .slice(-LOOKED_AGAIN);
    const remains: string[] = [];
    for (const request of certified) {
      for (const wanted of rowsOf(request, digestKey)) {
        const { segments, tail } = await store.findSubject(wanted);
        const rows = segments.reduce((sum, each) => sum + each.rows, tail.rows);
        if (rows > 0) remains.push(`${request.id}: ${rows} in ${wanted.stream}`);
      }
    }
    for (const request of this.#requests) {
      if (!isToDo(request) || request.kind !== 'rectify' || request.rewritten === null) continue;
      for (const wanted of rowsOf(request, digestKey)) {
        const { segments, tail } = await store.findSubject(wanted);
        const rows = segments.reduce((sum, each) => sum + each.rows, tail.rows);
        if (rows > 0) remains.push(`${request.id}: ${rows} in ${wanted.stream} are not corrected`);
      }
    }
    const waiting = this.#requests.filter(isWithholding);
    const shown = waiting.filter(({ places }) => !places.every(({ relation }) => this.#withheld.has(relation)));
    const overdue = this.#requests.filter(({ state, due }) => state === 'open' && due < clock.now());
    return {
      requests: this.#requests.length,
      looked: certified.length,
      remains,
      shown: shown.map(({ id }) => id),
      overdue: overdue.map(({ id }) => id),
    };
  }

  /** Pseudonymous id of a person. */
  personOf(identifier: string): string {
    return this.#macKey.macHex(`person:${identifier}`).slice(0, 32);
  }

  async #add(
    actor: string,
    identifier: string,
    kind: SubjectRequest['kind'],
    again: SubjectRequest['again'],
    places: readonly StoredPlace[],
    change?: Rectification,
  ): Promise<SubjectRequest> {
    const { clock, random, audit, sealer, book } = this.#parts;
    const received = clock.now();
    const request: SubjectRequest = {
      id: makeId(clock, random),
      kind,
      state: STATES[kind],
      received,
      due: dueDate(received),
      finished: kind === 'export' ? received : null,
      certificate: null,
      person: this.personOf(identifier),
      again,
      places,
      problem: null,
      rewritten: null,
      erased: {},
      ...(change === undefined ? {} : { change }),
    };
    for (const entry of requestEntries(actor, request, sealer)) await audit.append(entry);
    await book.put(request);
    this.#use([...this.#requests, request]);
    await this.#tellGateway();
    return request;
  }

  async #tellGateway(): Promise<void> {
    await this.#refuse(this.refused);
  }

  /** A gateway that starts anew asks for it; what comes in until it knows goes with the rest. */
  async #refuse(refused: readonly RefusedSubjects[]): Promise<void> {
    const { gateway, log } = this.#parts;
    await gateway()
      .refuseSubjects(refused)
      .catch((error: unknown) => log.warn({ error: String(error) }, 'the gateway learns of a person as it starts'));
  }

  #use(requests: readonly SubjectRequest[]): void {
    this.#requests = requests;
    this.#withheld = withheldConditions(requests, this.#parts.formsOf);
    for (const look of this.#watchers) look();
  }

  async #change(request: SubjectRequest): Promise<void> {
    await this.#parts.book.put(request);
    this.#use(this.#requests.map((each) => (each.id === request.id ? request : each)));
  }

  async #placesOf(identifier: string): Promise<readonly StoredPlace[]> {
    const { keys, templates, devicesOf } = this.#parts;
    const places = subjectPlaces(templates());
    const devices = devicePlaces(identifier, await devicesOf(identifier), this.#guardKey);
    if (places.length === 0 && devices.length === 0) {
      throw new ServerError(
        'SERVER_SUBJECT_INVALID',
        'Cannot look for a person: no stream declares its subject, and no device is theirs',
        { hint: 'Declare `subject:` in the template, the field that names whom the readings are about' },
      );
    }
    const keysOf = async (domain: string): Promise<readonly TokenKey[]> =>
      (await keys.findingKeys(`token:${domain}`)).all.map(({ key, version }) =>
        TokenKey.fromBytes(key.exportBytes(), version),
      );
    return [...(await storedPlaces(identifier, places, keysOf, this.#guardKey, this.#parts.formsOf)), ...devices];
  }

  async #find(places: readonly StoredPlace[]) {
    const { store, segments, corners, digestKey } = this.#parts;
    const found: SubjectFound[] = [];
    const active = new Map((await segments.active()).map((segment) => [segment.id, segment]));
    const spans: Span[] = [];
    const held = new Map<string, number>();
    const all = allRowsOf(places, digestKey);
    for (const subject of all) {
      const { segments: sealed, tail } = await store.findSubject(subject);
      const { stream } = subject;
      const rows = sealed.reduce((sum, each) => sum + each.rows, 0);
      if (rows > 0) found.push({ where: 'segments', relation: stream, count: rows });
      if (tail.rows > 0) found.push({ where: 'what waits to be sealed', relation: stream, count: tail.rows });
      for (const each of sealed) held.set(each.segment, (held.get(each.segment) ?? 0) + each.rows);
      spans.push(...sealed.flatMap(({ segment }) => active.get(segment) ?? []));
      if (tail.minTime !== null && tail.maxTime !== null)
        spans.push({ stream, minTime: micros(tail.minTime), maxTime: micros(tail.maxTime) });
    }
    const unread = await this.#parts.unbelieved(new Set(all.map(({ stream }) => stream)));
    for (const [relation, rows] of Map.groupBy(unread, ({ stream }) => stream)) {
      found.push({ where: UNBELIEVED, relation, count: rows.length });
    }
    const when: SubjectSpan[] = [];
    for (const subject of all) when.push(...(await store.subjectSpans(subject, MOST_SPANS)));
    for (const corner of corners) {
      const there = await corner.count({ places, spans: when });
      if (there > 0) found.push({ where: corner.where, relation: null, count: there });
    }
    return { found, spans, held, active: new Set(active.keys()) };
  }

  /** Where the person's readings are, or may be: what cannot be read now does not keep anything from being hidden. */
  async #spansOf(places: readonly StoredPlace[]): Promise<readonly Span[]> {
    try {
      return (await this.#find(places)).spans;
    } catch (error) {
      if (!UNREAD.some((code) => hasCode(error, code))) throw error;
      const streams = new Set(places.map(({ relation }) => relation));
      return (await this.#parts.segments.active()).filter(({ stream }) => streams.has(stream));
    }
  }

  /** A hold keeps whole segments, so it keeps the person's rows in them. */
  #requireUnheld(spans: readonly Span[]): void {
    const holds = this.#parts.holds();
    for (const span of spans) {
      const hold = holds.find((each) => isHeldBy(span, [each]));
      if (hold === undefined) continue;
      throw new ServerError(
        'SERVER_SUBJECT_HELD',
        `Cannot erase: readings of ${span.stream} are held for «${hold.reason}» by ${hold.owner} (hold ${hold.id})`,
        { hint: 'Restrict what is kept of the person until the hold is released' },
      );
    }
  }

  /** Takes steps until nothing is left, or what is left has to wait; one at a time. */
  async #work(): Promise<void> {
    if (this.#working || this.#stopped) return;
    this.#working = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    try {
      for (const { id } of this.#requests.filter(isToDo)) {
        await this.#workOn(id);
      }
    } finally {
      this.#working = false;
      const isOpen = this.#requests.some(isToDo);
      if (isOpen && !this.#stopped) this.#timer = setTimeout(() => void this.#work(), this.#parts.again).unref();
    }
  }

  async #workOn(id: string): Promise<void> {
    const { eraser, book, log } = this.#parts;
    for (;;) {
      const request = this.#requests.find((each) => each.id === id);
      if (request === undefined || request.state !== 'open' || this.#stopped) return;
      try {
        const step = await eraser.step(request);
        this.#use(this.#requests.map((each) => (each.id === id ? step.request : each)));
        if (step.request === request && step.waits) return;
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        log.warn({ request: id, error: problem }, 'an erasure could not go on, trying again');
        // What the step had noted until then stays.
        const noted = (await book.list()).find((each) => each.id === id) ?? request;
        await this.#change({ ...noted, problem: problem.slice(0, 512) });
        return;
      }
    }
  }
}

/** What can be brought to its end: not a correction whose values are lost. */
function isToDo({ kind, state, change }: SubjectRequest): boolean {
  return state === 'open' && (kind === 'erase' || (kind === 'rectify' && change?.values !== null));
}

/** Whether a correction that waits since its values are lost is asked for again. */
function isReplaced({ person, change }: SubjectRequest, by: SubjectRequest): boolean {
  return (
    person === by.person &&
    change?.values === null &&
    change.stream === by.change?.stream &&
    change.from === by.change.from &&
    change.to === by.change.to
  );
}

function tooLarge(stream: string): ServerError {
  const message = `Cannot export: more than ${MOST_EXPORTED} readings of ${stream} are about the person`;
  return new ServerError('SERVER_SUBJECT_INVALID', message, {
    hint: 'Ask for them with a statement, by time, as a role that sees the columns',
  });
}

function tooMany(): ServerError {
  return new ServerError('SERVER_SUBJECT_INVALID', `Cannot erase: ${MOST_OPEN} erasures are under way`, {
    hint: 'Come again once some of them are done; see `npm run -s weir -- subject requests`',
  });
}
