import { formatMicros, micros, minutes, seconds } from '#base/core/index.ts';
import type { Json, Millis } from '#base/core/index.ts';
import type { Catalogue, Objects } from '#base/storage/index.ts';
import { withoutOriginals } from '#assure/privacy/index.ts';
import type { Rectification, RequestBook, StoredPlace, SubjectRequest } from '#assure/privacy/index.ts';
import { joinSpans, lookForObjects } from '#flow/store/index.ts';
import type { Erasure, Erasures, Segment, SubjectRows, SubjectSpan } from '#flow/store/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import { certifyErasure } from '../control/certify-erasure.ts';
import type { Certificate, CertifyParts } from '../control/certify-erasure.ts';
import type { SegmentHost } from '../control/segment-host.ts';
import type { StoreHost } from '../store/host.ts';
import { isRefusing } from './refused-subjects.ts';
import type { SubjectCorner } from './subject-corner.ts';
import type { SubjectGate } from './subject-gate.ts';
import { CERTIFIED } from './subject-log.ts';

export interface EraserParts extends Omit<CertifyParts, 'keys'> {
  readonly catalogue: Catalogue;
  readonly book: RequestBook;
  readonly keys: Pick<KeyRing, 'lifecycle' | 'unwrapDataKeys'>;
  readonly segments: Pick<SegmentHost, 'statesOf' | 'replacedBefore'>;
  readonly store: Pick<
    StoreHost,
    'findSubject' | 'subjectSpans' | 'eraseSubject' | 'flush' | 'removeReplaced' | 'releaseFiles' | 'damages'
  >;
  readonly gateway: () => Pick<SubjectGate, 'turnFiles'>;
  readonly erasures: Erasures;
  readonly objects: Objects;
  readonly corners: readonly SubjectCorner[];
  /** Journal files that are there, and when each was begun. */
  readonly journalFiles: () => Promise<readonly { readonly fileId: string; readonly created: number }[]>;
  /** Has query processes let go of what they opened of segments, and says how many they still hold. */
  readonly heldAfterDrop: (segments: readonly string[]) => Promise<number>;
  /** Segments of streams that nobody can look into, since their rows of the catalogue were changed. */
  readonly unbelieved: (streams: ReadonlySet<string>) => Promise<readonly { readonly id: string }[]>;
  readonly digestKey: Uint8Array;
  /** How long queries that began before have to open what they read. */
  readonly grace?: Millis;
}

/** Queries open what they read as they begin, and none begins for longer. */
const GRACE = seconds(60);
/** From when on it is said what an erasure waits for. */
const LONG = minutes(3);
const ACTOR = 'weir:rights';
/** The clock may be set back meanwhile. */
const CLOCKS_US = 1_000_000;
/** Segments that are named of those that nobody can look into. */
const MOST_NAMED = 8;
/** Spans that are kept of one stream. */
const MOST_SPANS = 1_000;
const FOREVER = micros(Number.MAX_SAFE_INTEGER);

type Rewritten = NonNullable<SubjectRequest['rewritten']>;

/** What one step came to: the request as it stands now, and whether something is left that only time brings. */
export interface EraserStep {
  readonly request: SubjectRequest;
  readonly waits: boolean;
}

/**
 * Brings an erasure to its end, once no query shows the person any more: everything is written anew without them, what
 * there was before is deleted, its keys are shredded, it is looked everywhere, and what was found is signed. Each step can
 * be done again.
 */
export class Eraser {
  readonly #parts: EraserParts;

  constructor(parts: EraserParts) {
    this.#parts = parts;
  }

  /**
   * Takes the next step.
   *
   * @throws {StoreError} STORE_SEGMENT_HELD while somebody has a right to a segment; {ServerError}
   *   SERVER_ERASURE_INCOMPLETE where something is left that should be gone
   */
  async step(request: SubjectRequest): Promise<EraserStep> {
    if (request.rewritten === null) return { request: await this.#rewrite(request), waits: true };
    const left = await this.#leftOf(request, request.rewritten);
    if (left !== null) return { request: this.#waiting(request, left), waits: true };
    // What the gateway had admitted by the time that it heard of the person may have been sealed since.
    if (await this.#isSomethingLeft(request)) return { request: await this.#rewrite(request), waits: true };
    return { request: await this.#certify(request), waits: false };
  }

  /** The same request, with what it waits for once that takes long. */
  #waiting(request: SubjectRequest, left: string): SubjectRequest {
    const isLong = this.#parts.clock.now() - (request.rewritten?.at ?? 0) > LONG * 1_000;
    return isLong && request.problem !== left ? { ...request, problem: left } : request;
  }

  /** Segments, tables and evidence anew without the person; from then on nothing is written that has them. */
  async #rewrite(request: SubjectRequest): Promise<SubjectRequest> {
    const { store, gateway, corners, clock, book, heldAfterDrop } = this.#parts;
    // Readings that were taken before the request are in files that began before this.
    const turned = clock.now();
    await gateway().turnFiles();
    const subjects = rowsOf(request, this.#parts.digestKey);
    // Kept before the readings go: what was made of them is known by their times alone. What came late has its own.
    const spans = joinSpans(
      [...(request.spans ?? []), ...(await this.#spansOf(subjects))],
      MOST_SPANS * subjects.length,
    );
    let noted = { ...request, spans };
    await book.put(noted);
    // How many went of the segments is noted with each of them, so that no crash loses count of any.
    for (const subject of subjects) await store.eraseSubject(subject, request.id);
    for (const corner of cornersFor(request, corners)) {
      const went = await corner.erase(noted);
      if (went === 0) continue;
      noted = { ...noted, erased: { ...noted.erased, [corner.where]: (noted.erased[corner.where] ?? 0) + went } };
      await book.put(noted);
    }
    const gone = await this.#gone(request);
    // What a statement reads now it keeps until it ends: it is asked again before anything is certified.
    await heldAfterDrop(gone.map(({ segment }) => segment));
    const rows = rowsIn(gone);
    const erased = rows === 0 ? noted.erased : { ...noted.erased, segments: rows };
    const rewritten = { ...noted, erased, problem: null, rewritten: { turned, at: clock.now() } };
    await book.put(rewritten);
    return rewritten;
  }

  async #spansOf(subjects: readonly SubjectRows[]): Promise<readonly SubjectSpan[]> {
    const spans: SubjectSpan[] = [];
    for (const subject of subjects) spans.push(...(await this.#parts.store.subjectSpans(subject, MOST_SPANS)));
    return spans;
  }

  /** What was written before, may hold the person, and is not deleted yet; null once all of it is. */
  async #leftOf(request: SubjectRequest, rewritten: Rewritten): Promise<string | null> {
    const { store, grace = GRACE } = this.#parts;
    const streams = new Set(streamsOf(request.places));
    await store.removeReplaced([...streams], grace);
    if ((await this.#filesLeft(rewritten.turned)).length > 0) {
      // Readings of other streams keep a file too, a minute where few come.
      await store.flush();
      const files = await this.#filesLeft(rewritten.turned);
      const unread = files.find((file) => store.damages.some((damage) => damage.file === file));
      if (unread !== undefined) return `journal file ${unread} cannot be read to its end: see weir journal unread`;
      if (files.length > 0) return `${files.length} journal files from before the request are not read to their end`;
    }
    const waiting = await this.#undeleted(streams, rewritten);
    if (waiting > 0) return `${waiting} segments that were written anew are not deleted`;
    const unbelieved = (await this.#parts.unbelieved(streams)).map(({ id }) => id);
    if (unbelieved.length === 0) return null;
    const which = `${unbelieved.slice(0, MOST_NAMED).join(', ')}${unbelieved.length > MOST_NAMED ? ', …' : ''}`;
    return `rows of the catalogue were changed, and their segments may have readings about the person: ${which}`;
  }

  /**
   * How many segments are not deleted that may hold the person: those that were replaced by the time that all was written
   * anew, and what was sealed since from readings of before. Those that are merged as ever more readings come are neither.
   */
  async #undeleted(streams: ReadonlySet<string>, { turned, at }: Rewritten): Promise<number> {
    const { segments } = this.#parts;
    const all = (await segments.replacedBefore(FOREVER)).filter(({ stream }) => streams.has(stream));
    const before = new Set((await segments.replacedBefore(at + CLOCKS_US)).map(({ id }) => id));
    const isMeant = ({ id, created, received }: Segment): boolean =>
      before.has(id) || (created >= turned && (received?.first ?? 0) < turned);
    return all.filter(isMeant).length;
  }

  /** Journal files that are there and were begun before. */
  async #filesLeft(turned: number): Promise<readonly string[]> {
    await this.#parts.store.releaseFiles();
    const files = await this.#parts.journalFiles();
    return files.filter(({ created }) => created < turned).map(({ fileId }) => fileId);
  }

  async #isSomethingLeft(request: SubjectRequest): Promise<boolean> {
    for (const subject of rowsOf(request, this.#parts.digestKey)) {
      const { segments, tail } = await this.#parts.store.findSubject(subject);
      if (segments.length > 0 || tail.rows > 0) return true;
    }
    return false;
  }

  async #certify(request: SubjectRequest): Promise<SubjectRequest> {
    const { catalogue, book, erasures } = this.#parts;
    const gone = await this.#gone(request);
    const spanned = { ...request, spans: request.spans ?? [] };
    // What lagged behind may have read what was in the journal until now.
    for (const corner of cornersFor(request, this.#parts.corners)) await corner.erase(spanned);
    const certificate = await certifyErasure(this.#parts, {
      actor: ACTOR,
      action: CERTIFIED,
      detail: { request: request.id, segments: gone.length, rows: rowsIn(gone) },
      because: request.change === undefined ? 'asked by the person' : 'corrected as the person asked',
      since: request.received,
      about: statedOf(request, gone),
      look: () => this.#look(request, gone),
    });
    const done = finished(request, certificate);
    await catalogue.transaction(async (tx) => {
      await erasures.certify(tx, gone, certificate);
      await book.putWithin(tx, done);
    });
    return done;
  }

  #gone(request: SubjectRequest): Promise<readonly Erasure[]> {
    const { catalogue, erasures } = this.#parts;
    return catalogue.transaction((tx) => erasures.open(tx, request.id));
  }

  /** Looks everywhere for what should be gone. */
  async #look(request: SubjectRequest, gone: readonly Erasure[]) {
    const { keys, objects, store, corners, segments, journalFiles, digestKey, heldAfterDrop } = this.#parts;
    const looked: { readonly where: string; readonly found: number }[] = [];
    const note = (where: string, found: number): void => void looked.push({ where, found });
    let [sealed, waiting] = [0, 0];
    for (const subject of rowsOf(request, digestKey)) {
      const found = await store.findSubject(subject);
      sealed += found.segments.reduce((sum, { rows }) => sum + rows, 0);
      waiting += found.tail.rows;
    }
    note('segments', sealed);
    note('what waits to be sealed', waiting);
    const { turned } = request.rewritten!;
    note('journal', (await journalFiles()).filter(({ created }) => created < turned).length);
    const states = await segments.statesOf(gone.map(({ segment }) => segment));
    note('catalogue of segments', states.filter((state) => state !== 'gone').length);
    looked.push(...(await lookForObjects(objects, gone.map(({ objectKey }) => objectKey)))); // prettier-ignore
    let opened = 0;
    for (const { segment, handles } of gone)
      opened += (await keys.unwrapDataKeys({ actor: ACTOR, resource: `segment:${segment}` }, handles)).size;
    note('data keys', opened);
    note('query processes', await heldAfterDrop(gone.map(({ segment }) => segment)));
    for (const corner of cornersFor(request, corners))
      note(corner.where, await corner.count({ ...request, spans: request.spans ?? [] }));
    return looked;
  }
}

/** A request that is certified: no original is needed any more, and none is kept. */
function finished(request: SubjectRequest, { id, at }: Certificate): SubjectRequest {
  const { spans: _, change, places, ...kept } = request;
  return {
    ...kept,
    state: 'done',
    finished: at,
    certificate: id,
    problem: null,
    places: withoutOriginals(places),
    ...(change === undefined ? {} : { change: { ...change, values: null } }),
  };
}

/** The rows of streams that a request means: those that were there when it came, or all where nothing more is taken. */
export function rowsOf(
  request: Pick<SubjectRequest, 'kind' | 'state' | 'again' | 'received' | 'places' | 'change'>,
  digestKey: Uint8Array,
): readonly SubjectRows[] {
  const { received, places, change } = request;
  const streams = places.filter((place) => place.kind === 'stream');
  const meant =
    change === undefined ? {} : { span: { from: change.from, to: change.to }, corrected: change.values ?? [] };
  return [...Map.groupBy(streams, ({ relation }) => relation)].map(([stream, of]) => ({
    stream,
    columns: of.map(({ column, values, digests }) => ({ name: column, values, digests })),
    before: isRefusing(request) ? null : received,
    digestKey,
    ...meant,
  }));
}

/** All rows of streams that are about a person. */
export function allRowsOf(places: readonly StoredPlace[], digestKey: Uint8Array): readonly SubjectRows[] {
  return rowsOf({ kind: 'restrict', state: 'standing', again: 'refuse', received: micros(0), places }, digestKey);
}

/** Corners that hold copies of readings. What else names a person is not wrong since their readings were. */
function cornersFor({ kind }: SubjectRequest, corners: readonly SubjectCorner[]): readonly SubjectCorner[] {
  return kind === 'rectify' ? corners.filter(({ where }) => COPIES.has(where)) : corners;
}

const COPIES: ReadonlySet<string> = new Set(['quarantine', 'datasets', 'alerts', 'baselines']);

function streamsOf(places: readonly StoredPlace[]): readonly string[] {
  return places.filter(({ kind }) => kind === 'stream').map(({ relation }) => relation);
}

function rowsIn(gone: readonly Erasure[]): number {
  return gone.reduce((sum, { rows }) => sum + rows, 0);
}

/** What a certificate says of a request and what it took. @see docs/formats/erasure-certificate.md */
function statedOf(request: SubjectRequest, gone: readonly Erasure[]): Readonly<Record<string, Json>> {
  return {
    ...(request.change === undefined ? {} : { corrected: correctedForm(request.change) }),
    request: request.id,
    person: request.person,
    received: formatMicros(request.received),
    due: formatMicros(request.due),
    segments: gone.map(({ segment, stream, rows, digest, at: since }) => ({
      segment,
      stream,
      rows,
      digest,
      written_anew: formatMicros(micros(since)),
    })),
    erased: { ...request.erased },
  };
}

/** What was corrected, without the values. */
function correctedForm({ stream, values, from, to }: Rectification): Json {
  return {
    stream,
    fields: (values ?? []).map(({ column }) => column),
    from: from === null ? null : formatMicros(from),
    to: to === null ? null : formatMicros(to),
  };
}
