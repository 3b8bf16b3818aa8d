import { setTimeout as wait } from 'node:timers/promises';
import { hasCode } from '#base/core/index.ts';
import type { Log, Metrics, Millis } from '#base/core/index.ts';
import { SmoothRate } from '#flow/journal/index.ts';
import type { JournalReader, VaultRecord } from '#flow/journal/index.ts';
import { Carrier } from './archive/carrier.ts';
import type { Places } from './archive/carrier.ts';
import type { PlacedObjects } from './archive/placed-objects.ts';
import { NO_ARCHIVE } from './archive/plan-archive.ts';
import type { Archive } from './archive/plan-archive.ts';
import { Compactor, PublishFailure } from './compactor.ts';
import type { DeclaredClasses } from './declared-classes.ts';
import { decideCut } from './cut-decision.ts';
import { StoreError } from './errors.ts';
import { joinSnapshot } from './join-snapshot.ts';
import { JournalIntake } from './journal-intake.ts';
import type { SegmentKeySource, SegmentPublisher, StoreState, StreamShapes } from './ports.ts';
import { removeOrphans, removeReplaced } from './remove-objects.ts';
import { KEEP_ALL } from './retention.ts';
import type { Retention } from './retention.ts';
import type { SealingParts, SegmentContent } from './seal-segment.ts';
import { mergeColumns } from './segment.ts';
import { makeHere } from './segment-maker.ts';
import type { SegmentMaker } from './segment-maker.ts';
import { SubjectReader } from './subject-reader.ts';
import type { StoredReadings } from './subject-reader.ts';
import type { SubjectRows } from './subject-rows.ts';
import { SealingRoom } from './sealing-room.ts';
import { STORE_LIMITS } from './store-limits.ts';
import type { StoreLimits } from './store-limits.ts';
import { snapshotOf, Tail } from './tail.ts';
import type { HeldEntry, TailCut, TailSnapshot } from './tail.ts';
import type { TailBlock, TailBlocks } from './tail-blocks.ts';
import { VaultCarrier } from './vault-carrier.ts';

export interface StoreParts extends SealingParts {
  readonly journal: JournalReader;
  readonly publisher: SegmentPublisher;
  readonly segmentKeys: SegmentKeySource;
  /** Seals and merges; by default in this thread, which serves the tail meanwhile. */
  readonly maker?: SegmentMaker;
  readonly shapes: StreamShapes;
  /** What the template in force says; asked anew each time. */
  readonly declared: DeclaredClasses;
  /** Region that readings of a stream have to stay in, and where the store stands; null where nothing says. */
  readonly regionOf?: (stream: string) => string | null;
  readonly standsIn?: () => string | null;
  /** What is kept at this moment; nothing goes where it is absent. */
  readonly retention?: () => Retention;
  /** What belongs into other places, and the way there; all stays where it is where that is absent. */
  readonly archive?: {
    readonly terms: () => Archive;
    readonly objects: PlacedObjects;
    readonly places: Places;
  };
  /** Keeps the larger part of the tail for query processes; without it all of it is handed over as it is. */
  readonly blocks?: TailBlocks;
  /** Takes originals to the vault; nothing is kept there where it is absent. */
  readonly vault?: (records: readonly VaultRecord[]) => Promise<void>;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly limits?: Partial<StoreLimits>;
}

/** What a statement reads of the tail: blocks, and what is in none. */
export interface ServedTail extends TailSnapshot {
  readonly blocks: readonly TailBlock[];
}

/** What those who write the journal go by, so that they acknowledge no faster than readings can be seen. */
export interface StoreProgress {
  /** How far the tail has come in journal files since it was last told. */
  readonly offsets: ReadonlyMap<string, number>;
  /** Readings a second that came into the tail. */
  readonly takenPerSecond: number;
  /** Readings a second that sealing has room for; null where as many may come as like to. */
  readonly roomPerSecond: number | null;
}

/** How the store is, for status and controls. */
export interface StoreStatus {
  readonly version: number;
  readonly tailRows: number;
  readonly tailBytes: number;
  readonly sealedSegments: number;
  readonly sealedRows: number;
  readonly compactions: number;
  /** True while the tail is full and the journal waits. */
  readonly paused: boolean;
  /** True once the tail holds what was durable at the start. */
  readonly caughtUp: boolean;
  /** Objects that wait to be carried to their place, and places that cannot be used. */
  readonly archive: { readonly waiting: number; readonly problems: Places['problems'] };
}

/**
 * Turns the journal into segments: reads it into the tail, seals what is due, publishes it, compacts, cleans up.
 *
 * Each reading gets into exactly one segment: a publication moves the stream's watermark in the same transaction, and
 * what lies behind a watermark is passed over when the journal is read again. A failed sealing is tried again; a
 * failed publication or a damaged journal ends the service (see `done`), and a new start goes on from the catalogue.
 */
export class StoreService implements AsyncDisposable {
  readonly #parts: StoreParts;
  readonly #limits: StoreLimits;
  readonly #tail: Tail;
  readonly #stop = new AbortController();
  readonly #intake: JournalIntake;
  readonly #maker: SegmentMaker;
  readonly #compactor: Compactor;
  readonly #carrier: Carrier | null;
  readonly #vault: VaultCarrier;
  /** Finds and reads what is about a person. */
  readonly subjects: SubjectReader;
  readonly #room: SealingRoom;
  readonly #takenRate = new SmoothRate(TAKEN_OVER_MS);
  #told = { taken: 0, atMs: 0, hadRoom: true };
  #version: number;
  #sealedSegments = 0;
  #sealedRows = 0;
  #compactions = 0;
  /** Set while nothing is carried; called where something is to be. */
  #carryOn: (() => void) | null = null;
  /** Set while there is nothing to do; called on a change. */
  #wake: (() => void) | null = null;
  /** Sealing, compacting and cleaning up run one at a time. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Set where segments were added since compaction was last planned. */
  #compactionDue = true;
  #savedAtMs = -Infinity;
  #cleanedAtMs = -Infinity;
  #expiredAtMs = -Infinity;
  #retryAtMs = 0;
  /** Calls under way that end once something is sealed or merged. */
  #awaited = 0;
  /** When a statement asked for the tail of a stream last, in monotonic milliseconds. */
  readonly #asked = new Map<string, number>();

  /** Settles when the service ended: rejects with what ended it, resolves after `drain`. */
  readonly done: Promise<void>;
  #settle: { resolve(): void; reject(error: unknown): void };

  private constructor(parts: StoreParts, state: StoreState) {
    this.#parts = parts;
    this.#limits = { ...STORE_LIMITS, ...parts.limits };
    this.#version = state.version;
    // What was in the tail at earlier versions is not known any more.
    this.#tail = new Tail(state.version);
    const { journal, clock, metrics } = parts;
    this.#room = new SealingRoom(this.#limits, this.#limits.cut.rows);
    this.#vault = new VaultCarrier(parts.vault ?? ((): Promise<void> => Promise.resolve()));
    const onPause = (): void => this.#wake?.();
    const intake = {
      journal,
      tail: this.#tail,
      clock,
      metrics,
      vault: this.#vault,
      limits: this.#limits,
      signal: this.#stop.signal,
      onPause,
    };
    this.#intake = new JournalIntake(intake, state);
    this.#maker = parts.maker ?? makeHere(parts);
    this.#compactor = new Compactor(
      {
        ...parts,
        maker: this.#maker,
        retention: parts.retention ?? (() => KEEP_ALL),
        archive: parts.archive?.terms ?? (() => NO_ARCHIVE),
      },
      this.#limits.compaction,
    );
    this.#carrier = parts.archive === undefined ? null : new Carrier({ ...parts, ...parts.archive });
    this.subjects = new SubjectReader({ ...parts, stored: (stream) => this.#stored(stream) });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.done = promise;
    this.#settle = { resolve, reject };
    // Whoever waits for it hears of it; nobody has to.
    promise.catch(() => undefined);
  }

  /** Reads where the store stands, removes what a crash left, starts reading and sealing, and catches up for a while. */
  static async start(parts: StoreParts): Promise<StoreService> {
    const service = new StoreService(parts, await parts.publisher.state());
    await removeOrphans(parts.archive?.objects.local ?? parts.objects, parts.publisher, parts.log);
    void service.#run();
    void service.#keepCarrying();
    if (parts.blocks !== undefined) {
      // Statements are answered without.
      service.#keepBlocks(parts.blocks).catch((error: unknown) => parts.log.error({ err: error }, 'no more blocks'));
    }
    const patience = new AbortController();
    const tired = wait(service.#limits.catchUp, undefined, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([service.#intake.caughtUp, tired]);
    patience.abort();
    return service;
  }

  /** Tells that the journal grew. */
  wake(): void {
    this.#parts.journal.wake();
  }

  /** Tells that journal files were deleted, which it has passed. */
  forgetFiles(files: readonly string[]): void {
    this.#intake.forgetFiles(files);
    this.#tail.forgetFiles(files);
  }

  /** Tells that another template is in force: segments may have to be sealed anew. */
  templateChanged(): void {
    this.#compactionDue = true;
    this.#wake?.();
  }

  get status(): StoreStatus {
    return {
      version: this.#version,
      tailRows: this.#tail.rows,
      tailBytes: this.#tail.bytes,
      sealedSegments: this.#sealedSegments,
      sealedRows: this.#sealedRows,
      compactions: this.#compactions,
      paused: this.#intake.isPaused,
      caughtUp: this.#intake.isCaughtUp,
      archive: { waiting: this.#carrier?.waiting ?? 0, problems: this.#parts.archive?.places.problems ?? [] },
    };
  }

  /** Whether sealing has no time to rest: somebody waits for it, the service ends, much waits, or the journal does. */
  get isPressed(): boolean {
    const isEnding = this.#stop.signal.aborted;
    const isMuch = this.#tail.rows >= this.#limits.pressRows || this.#room.load(this.#waiting()) >= 0.5;
    return this.#awaited > 0 || isEnding || this.#intake.isPaused || isMuch;
  }

  /** What changed since this was last called; null where nothing did. */
  progress(): StoreProgress | null {
    const offsets = this.#intake.takeMoved();
    const nowMs = this.#parts.clock.monotonicMs();
    const { taken } = this.#intake;
    const roomPerSecond = this.#room.perSecond(this.#waiting(), nowMs);
    const before = this.#told;
    this.#told = { taken, atMs: nowMs, hadRoom: roomPerSecond === null };
    this.#takenRate.note(taken - before.taken, nowMs - before.atMs);
    if (offsets.size === 0 && before.hadRoom && roomPerSecond === null) return null;
    return { offsets, takenPerSecond: this.#takenRate.perSecond ?? 0, roomPerSecond };
  }

  #waiting(): { rows: number; bytes: number } {
    return { rows: this.#tail.rows, bytes: this.#tail.waitingBytes };
  }

  /**
   * The readings of a stream that no segment has at a version of the catalogue.
   *
   * @throws {StoreError} STORE_SNAPSHOT_EXPIRED if the version is too old, STORE_NOT_READY while the journal is read
   *   again after a start
   */
  async snapshot(stream: string, columns: readonly string[], version: number): Promise<ServedTail> {
    const entries = this.#visible(stream, version);
    this.#asked.set(stream, this.#parts.clock.monotonicMs());
    const { blocks = [], rest = entries } = (await this.#parts.blocks?.cover(entries, columns)) ?? {};
    return { ...joinSnapshot(stream, snapshotOf(rest, columns)), blocks };
  }

  #visible(stream: string, version: number): readonly HeldEntry[] {
    if (!this.#intake.isCaughtUp) {
      throw new StoreError('STORE_NOT_READY', `Cannot read the tail of ${stream}: the journal is still being read`, {
        hint: 'Try again in a moment',
      });
    }
    return this.#tail.visible(stream, version);
  }

  /** Seals and publishes all that waits now, or what waits of one stream. */
  flush(only?: string): Promise<void> {
    return this.#awaiting(() => this.#flush(only));
  }

  async #flush(only?: string): Promise<void> {
    const waiting = this.#tail.summaries().map((summary) => summary.stream);
    const streams = only === undefined ? waiting : waiting.filter((stream) => stream === only);
    for (const stream of streams) {
      // What comes while it runs waits for the next time.
      for (let left = this.#tail.cut(stream, Infinity)?.rows ?? 0; left > 0;) {
        const sealed = await this.#orEnd(this.#takeTurn(() => this.#seal(stream)));
        if (sealed === 0) break;
        left -= sealed;
      }
    }
  }

  /** Merges segments until nothing is due. @returns how many merges that took */
  compact(): Promise<number> {
    return this.#awaiting(async () => {
      const before = this.#compactions;
      while (await this.#orEnd(this.#takeTurn(() => this.#compactOnce())));
      return this.#compactions - before;
    });
  }

  /** All readings of a stream at one version of the catalogue, as a statement has them. */
  async #stored(stream: string): Promise<StoredReadings> {
    for (let attempt = 1; ; attempt += 1) {
      const { version, segments } = await this.#parts.publisher.visible();
      try {
        const waiting = this.#visible(stream, version).map(({ batch }) => batch);
        return { segments: segments.filter((segment) => segment.stream === stream), waiting };
      } catch (error) {
        if (attempt >= ATTEMPTS || !hasCode(error, 'STORE_SNAPSHOT_EXPIRED')) throw error;
      }
    }
  }

  /**
   * Takes all rows about a person out of the segments, those included that were not sealed yet: each segment that has some is
   * sealed anew without them, under fresh keys.
   *
   * @param request what they go by, for the certificate
   * @returns how many rows went
   * @throws {StoreError} STORE_SEGMENT_HELD
   */
  eraseSubject(subject: SubjectRows, request: string): Promise<number> {
    return this.#awaiting(() => this.#eraseSubject(subject, request));
  }

  async #eraseSubject(subject: SubjectRows, request: string): Promise<number> {
    await this.flush(subject.stream);
    const clean = new Set<string>();
    for (let rows = 0; ;) {
      // One segment a turn: what is due meanwhile is sealed in between.
      const step = await this.#orEnd(this.#takeTurn(() => this.#compactor.erase(subject, request, clean)));
      if (step === null) return rows;
      this.#version = step.version;
      this.#compactionDue = true;
      rows += step.rows;
    }
  }

  /**
   * Deletes objects of streams that were replaced a while ago, sooner than others go.
   *
   * @param age how long queries that began before have had
   */
  async removeReplaced(streams: readonly string[], age: Millis): Promise<number> {
    const { objects, publisher, clock, log } = this.#parts;
    const before = clock.now() - age * 1_000;
    return this.#takeTurn(() => removeReplaced(objects, publisher, before, log, new Set(streams)));
  }

  /** Stops reading, seals what waits, and ends. */
  async drain(): Promise<void> {
    this.#halt();
    await this.done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }

  /** Makes blocks of what came since, for streams that statements go on asking for. */
  async #keepBlocks(blocks: TailBlocks): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await wait(this.#limits.blocks, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      const since = this.#parts.clock.monotonicMs() - this.#limits.linger;
      for (const [stream, askedMs] of this.#asked) {
        if (askedMs < since) this.#asked.delete(stream);
        else await blocks.keepUp(this.#tail.visible(stream, this.#version));
      }
      await blocks.forget();
    }
  }

  /** Beside all else: a place that does not answer keeps nothing but itself waiting. */
  async #keepCarrying(): Promise<void> {
    if (this.#carrier === null) return;
    while (!this.#stop.signal.aborted) {
      await this.#untilCarried();
      await this.#carry().catch((error: unknown) => this.#parts.log.error({ err: error }, 'could not carry segments'));
    }
  }

  /** Until it is time to look, or something new is to be carried. */
  async #untilCarried(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#limits.carry);
    this.#carryOn = resolve;
    await promise;
    clearTimeout(timer);
    this.#carryOn = null;
  }

  /** Carries to other places what waits for it, one call at a time. @returns how many objects */
  async #carry(): Promise<number> {
    if (this.#stop.signal.aborted) return 0;
    return (await this.#carrier?.step()) ?? 0;
  }

  #halt(): void {
    this.#stop.abort();
    this.#intake.resume();
    this.#wake?.();
    this.#carryOn?.();
  }

  async #run(): Promise<void> {
    let damage: unknown;
    const reading = this.#intake.run().catch((error: unknown) => {
      damage = error;
      this.#halt();
    });
    try {
      await Promise.all([reading, this.#workOn()]);
      // What was read before the journal failed is sound, and shall not have to be read again.
      await this.flush();
      await this.saveCursor();
      if (damage === undefined) this.#settle.resolve();
      else this.#settle.reject(damage);
    } catch (error) {
      this.#halt();
      this.#settle.reject(error instanceof PublishFailure ? error.cause : error);
    }
  }

  async #workOn(): Promise<void> {
    const { clock } = this.#parts;
    while (!this.#stop.signal.aborted) {
      const nowMs = clock.monotonicMs();
      const { linger, lingerBytes, lingerLeast } = this.#limits;
      this.#tail.forget(nowMs - linger, { bytes: lingerBytes, untilMs: nowMs - lingerLeast });
      this.#intake.resume();
      // However much is due: what was replaced would fill the disk meanwhile.
      await this.#cleanUp(nowMs);
      const due = nowMs < this.#retryAtMs ? null : decideCut(this.#tail.summaries(), this.#limits.cut, nowMs);
      if (due !== null) {
        this.#parts.log.debug({ stream: due.stream, reason: due.reason }, 'sealing a segment');
        await this.#takeTurn(() => this.#sealOrRetry(due.stream));
        continue;
      }
      if (nowMs - this.#expiredAtMs > this.#limits.expiry) {
        this.#expiredAtMs = nowMs;
        this.#compactionDue = true;
      }
      if (this.#compactionDue && nowMs >= this.#retryAtMs) {
        this.#compactionDue = await this.#takeTurn(() => this.#compactQuietly());
        continue;
      }
      await this.#idle();
    }
  }

  async #idle(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#limits.tick);
    this.#wake = resolve;
    await promise;
    clearTimeout(timer);
    this.#wake = null;
  }

  async #awaiting<T>(step: () => Promise<T>): Promise<T> {
    this.#awaited += 1;
    try {
      return await step();
    } finally {
      this.#awaited -= 1;
    }
  }

  /** Queues a step behind those that run, whatever became of them. */
  #takeTurn<T>(step: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(step, step);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** A failed publication ends the service whoever asked for it. */
  async #orEnd<T>(turn: Promise<T>): Promise<T> {
    try {
      return await turn;
    } catch (error) {
      if (!(error instanceof PublishFailure)) throw error;
      this.#halt();
      this.#settle.reject(error.cause);
      throw error.cause;
    }
  }

  async #sealOrRetry(stream: string): Promise<void> {
    try {
      await this.#seal(stream);
    } catch (error) {
      if (error instanceof PublishFailure) throw error.cause;
      if (isHopeless(error)) throw error;
      this.#retryAtMs = this.#parts.clock.monotonicMs() + this.#limits.retry;
      this.#parts.metrics.count('store_seal_failures');
      this.#parts.log.error({ stream, err: error }, 'could not seal a segment; trying again');
    }
  }

  /** @returns the rows that were sealed */
  async #seal(stream: string): Promise<number> {
    const { publisher, clock, metrics } = this.#parts;
    const beganMs = clock.monotonicMs();
    const content = await this.#contentOf(stream);
    if (content === null) return 0;
    const { cut } = content;
    const segment = await this.#maker.seal(content);
    const cursor = this.#tail.cursorWithout(cut);
    await this.#vault.settled();
    // Control may answer a query at the new version before this process hears of it.
    this.#tail.publishing(cut, this.#version + 1);
    const version = await publishing(publisher.publish({ segment, cursor }));
    this.#advance(cut, version);
    this.#room.sealed(cut.rows, clock.monotonicMs() - beganMs);
    this.#compactor.add(segment);
    metrics.count('store_sealed_rows', { stream }, segment.rows);
    metrics.count('store_sealed_bytes', { stream }, segment.size);
    this.#savedAtMs = clock.monotonicMs();
    return segment.rows;
  }

  /** What the next segment of a stream holds; of one template alone where the shapes of several do not go together. */
  async #contentOf(stream: string): Promise<(SegmentContent & { readonly cut: TailCut }) | null> {
    for (const oneTemplate of [false, true]) {
      const cut = this.#tail.cut(stream, this.#limits.cut.rows, oneTemplate);
      if (cut === null) return null;
      const batches = cut.entries.map(({ batch }) => batch);
      const templates = [...new Set(batches.map((batch) => batch.template))];
      const { shapes } = this.#parts;
      const columns = await Promise.all(templates.map(async (template) => shapes.columns(stream, template)));
      try {
        const content = {
          cut,
          stream,
          columns: mergeColumns(columns),
          batches,
          spans: cut.spans,
          inputs: [],
          templates,
        };
        const region = this.#parts.regionOf?.(stream) ?? null;
        return region === null ? content : { ...content, region, standsIn: this.#parts.standsIn?.() ?? null };
      } catch (error) {
        if (!hasCode(error, 'STORE_SHAPE_CONFLICT') || oneTemplate) throw error;
      }
    }
    return null;
  }

  #advance(cut: TailCut, version: number): void {
    this.#version = version;
    this.#sealedSegments += 1;
    this.#sealedRows += cut.rows;
    this.#tail.published(cut, version, this.#parts.clock.monotonicMs());
    this.#compactionDue = true;
    this.#intake.resume();
  }

  async #compactQuietly(): Promise<boolean> {
    try {
      return await this.#compactOnce();
    } catch (error) {
      if (error instanceof PublishFailure) throw error.cause;
      this.#parts.log.error({ err: error }, 'could not compact segments');
      // Not again before something changed.
      return false;
    }
  }

  /** @returns whether there may be more to do */
  async #compactOnce(): Promise<boolean> {
    const step = await this.#compactor.step();
    if (step.kind === 'merged' || step.kind === 'expired') this.#version = step.version;
    if (step.kind === 'merged') {
      this.#compactions += 1;
      this.#carryOn?.();
    }
    return step.kind !== 'nothing-due';
  }

  async #cleanUp(nowMs: number): Promise<void> {
    const { objects, publisher, clock, log } = this.#parts;
    if (nowMs - this.#cleanedAtMs > this.#limits.grace / 4) {
      this.#cleanedAtMs = nowMs;
      await removeReplaced(objects, publisher, clock.now() - this.#limits.grace * 1_000, log);
    }
    if (nowMs - this.#savedAtMs > this.#limits.cut.idleAge) await this.saveCursor();
  }

  /** Notes how far the journal was read, so that files which hold nothing for the store can go. */
  async saveCursor(): Promise<void> {
    this.#savedAtMs = this.#parts.clock.monotonicMs();
    const cursor = this.#tail.cursorWithout(null);
    await this.#vault.settled();
    await this.#parts.publisher.saveCursor(cursor);
  }
}

const TAKEN_OVER_MS = 500;
/** A version of the catalogue is asked for anew so often where the tail has forgotten what was there at it. */
const ATTEMPTS = 20;

async function publishing(step: Promise<number>): Promise<number> {
  try {
    return await step;
  } catch (cause) {
    throw new PublishFailure(cause);
  }
}

/** Trying again cannot help: the template and the readings contradict each other. */
function isHopeless(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof StoreError && error.code === 'STORE_SHAPE_CONFLICT');
}
