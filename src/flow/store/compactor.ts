import { formatMicros, hasCode, minutes } from '#base/core/index.ts';
import type { Clock, Log } from '#base/core/index.ts';
import { placeOf } from './archive/place-key.ts';
import { ARCHIVE_LIMITS, NO_ARCHIVE, planArchive } from './archive/plan-archive.ts';
import type { Archive } from './archive/plan-archive.ts';
import type { DeclaredClasses } from './declared-classes.ts';
import { StoreError } from './errors.ts';
import { planCompaction } from './plan-compaction.ts';
import type { CompactionLimits, CompactionPlan } from './plan-compaction.ts';
import { planExpiry } from './plan-expiry.ts';
import { planReseal } from './plan-reseal.ts';
import type { Expired, SegmentKeySource, SegmentPublisher } from './ports.ts';
import { receiptOf } from './retention.ts';
import type { Retention } from './retention.ts';
import { searchSegment } from './search-segments.ts';
import type { SealingParts } from './seal-segment.ts';
import type { Segment } from './segment.ts';
import type { SegmentMaker } from './segment-maker.ts';
import type { SubjectRows } from './subject-rows.ts';

export interface CompactorParts extends Pick<SealingParts, 'objects' | 'audit'> {
  readonly publisher: Pick<SegmentPublisher, 'active' | 'replace' | 'retire'>;
  readonly maker: SegmentMaker;
  /** Opens what is searched for a person. */
  readonly segmentKeys: SegmentKeySource;
  readonly clock: Clock;
  readonly declared: DeclaredClasses;
  /** Where the store stands; null where nothing says. */
  readonly standsIn?: () => string | null;
  /** What belongs into other places at this moment; absent where nothing does. */
  readonly archive?: () => Archive;
  readonly retention: () => Retention;
  readonly log: Log;
}

/** What one step of compaction came to; `version` is that from which on queries see the merged segment. */
export type CompactionStep =
  | { readonly kind: 'nothing-due' }
  | { readonly kind: 'left-out' }
  | { readonly kind: 'merged' | 'expired'; readonly version: number };

/** How long segments rest whose plan failed for a reason that may go by, or that nobody names. */
const REST = minutes(10);

/**
 * Merges segments of this process one plan at a time, rids them of readings that are kept no longer, has those lie
 * elsewhere that belong there, and seals those anew whose columns have another class by now; a merge does that at once,
 * so merges come before. Segments whose plan failed rest, damaged ones until the next start, so that others do not wait
 * for them; what is past its time as a whole goes all the same, since nothing of it has to be opened.
 */
export class Compactor {
  readonly #parts: CompactorParts;
  readonly #limits: CompactionLimits;
  /** Segments that cannot be opened, and that may not go yet, and until when they rest (epoch microseconds). */
  readonly #unopened = new Map<string, number>();
  readonly #tooEarly = new Map<string, number>();
  /** Segments that queries see, by id; null before they were asked for. */
  #active: Map<string, Segment> | null = null;

  constructor(parts: CompactorParts, limits: CompactionLimits) {
    this.#parts = parts;
    this.#limits = limits;
  }

  /** The plan with where its result lies: where its inputs do, unless it moves them. */
  #placed(plan: CompactionPlan, archive: Archive): CompactionPlan {
    const place = plan.place ?? placeOf(plan.inputs[0]!.objectKey)?.place;
    if (place === undefined) return { ...plan, standsIn: this.#parts.standsIn?.() ?? null };
    return { ...plan, place, standsIn: archive.standsIn(place) };
  }

  get #archive(): Archive {
    return this.#parts.archive?.() ?? NO_ARCHIVE;
  }

  /** Notes a segment that was published. */
  add(segment: Segment): void {
    this.#active?.set(segment.id, segment);
  }

  /**
   * Plans one merge or new sealing, executes and publishes it.
   *
   * @throws what stands in the way of every merge; it is asked anew what there is at the next step
   */
  async step(): Promise<CompactionStep> {
    const { objects, publisher, log } = this.#parts;
    // Asked for once: whatever changes the set of segments from then on goes through this process.
    this.#active ??= new Map((await publisher.active()).map((segment) => [segment.id, segment]));
    const archive = this.#archive;
    const plan = this.#plan([...this.#active.values()], archive);
    const { declared, maker } = this.#parts;
    if (plan === null) return { kind: 'nothing-due' };
    let segment: Segment | null;
    try {
      segment = await maker.compact(this.#placed(plan, archive), declared(plan.stream));
    } catch (error) {
      if (closesPlaces(error, plan, archive)) {
        log.warn({ err: error }, 'left segments alone whose place cannot be read');
        return { kind: 'left-out' };
      }
      const culprits = culpritsOf(error, plan);
      if (culprits.length === 0) {
        this.#active = null;
        // It may be these that stand in the way, such as what a disk does not give back.
        for (const { id } of plan.inputs) this.#unopened.set(id, this.#restsUntil);
        throw error;
      }
      for (const id of culprits) this.#unopened.set(id, Infinity);
      log.error({ segments: culprits, err: error }, 'left segments out of compaction');
      return { kind: 'left-out' };
    }
    const expired = expiredOf(plan, segment);
    if (segment === null) return this.#retire(plan, expired!);
    let version: number;
    try {
      version = await publisher.replace({ segment, ...(expired === null ? {} : { expired }) });
    } catch (error) {
      this.#active = null;
      if (!isOvertaken(error)) throw new PublishFailure(error);
      await objects.delete(segment.objectKey);
      this.#leaveIfRefused(error, plan);
      return { kind: 'left-out' };
    }
    for (const id of segment.inputs) this.#active.delete(id);
    this.#active.set(segment.id, segment);
    return { kind: expired === null ? 'merged' : 'expired', version };
  }

  /**
   * Seals the next segment anew that has rows about a person, without these, or with these corrected.
   *
   * @param clean ids of segments that are known to have none; those that were found so are added
   * @returns the rows that went and the version from which on; null where no segment has any
   * @throws {StoreError} STORE_SEGMENT_HELD where somebody has a right to them; what stands in the way of opening one
   */
  async erase(
    subject: SubjectRows,
    request: string,
    clean: Set<string>,
  ): Promise<{ readonly rows: number; readonly version: number } | null> {
    const { publisher } = this.#parts;
    this.#active ??= new Map((await publisher.active()).map((segment) => [segment.id, segment]));
    let unread: unknown = null;
    for (const input of this.#active.values()) {
      if (input.stream !== subject.stream || clean.has(input.id)) continue;
      const found = await searchSegment(input, subject, this.#parts).catch((error: unknown) => {
        unread ??= error;
        return null;
      });
      if (found === null) continue;
      if (found.rows > 0)
        return { rows: found.rows, version: await this.#without(input, subject, request, found.rows) };
      clean.add(input.id);
    }
    // What can be read does not wait for what cannot.
    if (unread !== null) throw unread;
    return null;
  }

  async #without(input: Segment, subject: SubjectRows, request: string, found: number): Promise<number> {
    const { publisher, objects, clock } = this.#parts;
    const plan = this.#placed({ stream: input.stream, inputs: [input], without: subject }, this.#archive);
    const segment = await this.#parts.maker.compact(plan, this.#parts.declared(plan.stream));
    const rows = subject.corrected === undefined ? input.rows - (segment?.rows ?? 0) : found;
    const expired = { stream: input.stream, rows, keptFrom: subject.before ?? clock.now(), request };
    if (segment === null) return this.#takeOut(plan, expired);
    let version: number;
    try {
      version = await publisher.replace({ segment, expired });
    } catch (error) {
      this.#active = null;
      if (!isOvertaken(error)) throw new PublishFailure(error);
      await objects.delete(segment.objectKey);
      throw error;
    }
    this.#active?.delete(input.id);
    this.#active?.set(segment.id, segment);
    return version;
  }

  /** What is due first: what is to go, then what is to lie elsewhere. */
  #plan(segments: readonly Segment[], archive: Archive): CompactionPlan | null {
    const { declared, retention } = this.#parts;
    const keep = retention();
    const now = this.#parts.clock.now();
    const mayGo = segments.filter(({ id }) => (this.#tooEarly.get(id) ?? 0) <= now);
    const openable = mayGo.filter(({ id, objectKey }) => {
      const placed = placeOf(objectKey);
      return (this.#unopened.get(id) ?? 0) <= now && (placed === null || archive.isOpen(placed.place));
    });
    // What goes as a whole is not opened, wherever it lies.
    const whole = mayGo.filter((one) => receiptOf(one).last < (keep.keptFrom(one.stream) ?? -Infinity));
    return (
      planExpiry([...new Set([...whole, ...openable])], keep) ??
      planArchive(openable, archive, ARCHIVE_LIMITS) ??
      planCompaction(openable, this.#limits) ??
      planReseal(openable, declared)
    );
  }

  async #retire(plan: CompactionPlan, expired: Expired): Promise<CompactionStep> {
    try {
      return { kind: 'expired', version: await this.#takeOut(plan, expired) };
    } catch (error) {
      if (!isOvertaken(error)) throw error;
      this.#leaveIfRefused(error, plan);
      return { kind: 'left-out' };
    }
  }

  get #restsUntil(): number {
    return this.#parts.clock.now() + REST * 1_000;
  }

  /** A plan that was refused as too early would be made again at once, until its time has come. */
  #leaveIfRefused(error: unknown, { inputs }: CompactionPlan): void {
    if (!hasCode(error, 'STORE_KEPT_LONGER')) return;
    for (const { id } of inputs) this.#tooEarly.set(id, this.#restsUntil);
    this.#parts.log.error({ segments: inputs.map(({ id }) => id), err: error }, 'retention planned too early');
  }

  /** Takes whole segments out of queries; logged first, as every change. */
  async #takeOut({ inputs }: CompactionPlan, expired: Expired): Promise<number> {
    const { publisher, audit } = this.#parts;
    const { stream, rows, keptFrom, request } = expired;
    for (const { id, digest } of inputs) {
      const because = request === undefined ? { received_before: formatMicros(keptFrom) } : { request };
      const detail = { stream, rows, ...because };
      const resource = `segment:${id}`;
      await audit.append({ actor: 'weir:store', action: 'expire-segment', resource, outcome: 'done', digest, detail });
    }
    let version: number;
    try {
      version = await publisher.retire({ ids: inputs.map(({ id }) => id), expired });
    } catch (error) {
      this.#active = null;
      throw isOvertaken(error) ? error : new PublishFailure(error);
    }
    for (const { id } of inputs) this.#active?.delete(id);
    return version;
  }
}

const OVERTAKEN = ['STORE_INPUT_REPLACED', 'STORE_SEGMENT_HELD', 'STORE_KEPT_LONGER'] as const;

/** Something else came first: an input was replaced, is held since the plan was made, or has to be kept longer. */
function isOvertaken(error: unknown): boolean {
  return OVERTAKEN.some((code) => hasCode(error, code));
}

/** What goes with a plan because it is kept no longer. */
function expiredOf({ stream, inputs, keptFrom }: CompactionPlan, segment: Segment | null): Expired | null {
  if (keptFrom === undefined) return null;
  const rows = inputs.reduce((sum, input) => sum + input.rows, 0) - (segment?.rows ?? 0);
  return { stream, rows, keptFrom };
}

/** The catalogue could not be changed, or may have been: only a new start knows. */
export class PublishFailure extends Error {
  constructor(cause: unknown) {
    super('publishing failed', { cause });
  }
}

/** Whether a plan failed since a place that it reads is away: others go on without what lies there. */
function closesPlaces(error: unknown, { inputs }: CompactionPlan, archive: Archive): boolean {
  if (!hasCode(error, 'STORAGE_UNAVAILABLE')) return false;
  const places = new Set(inputs.flatMap(({ objectKey }) => placeOf(objectKey)?.place ?? []));
  for (const place of places) archive.close(place);
  return [...places].some((place) => !archive.isOpen(place));
}

/** The inputs that a merge cannot take: the damaged or shredded one, or all where their shapes do not go together. */
function culpritsOf(error: unknown, plan: CompactionPlan): readonly string[] {
  if (!(error instanceof StoreError)) return [];
  if (error.code === 'STORE_SHAPE_CONFLICT') return plan.inputs.map(({ id }) => id);
  return error.segment === undefined ? [] : [error.segment];
}
