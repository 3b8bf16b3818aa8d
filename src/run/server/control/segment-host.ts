import type { Clock } from '#base/core/index.ts';
import type { Catalogue, CatalogueTransaction, RowSealer } from '#base/storage/index.ts';
import {
  Erasures,
  Holds,
  isHeldBy,
  requireMayGo,
  SegmentCatalogue,
  STORE_SCHEMA,
  StoreError,
} from '#flow/store/index.ts';
import type {
  DamagedSegment,
  Expired,
  FileOffsets,
  Hold,
  LeastKeep,
  Publication,
  Replacement,
  Retirement,
  Segment,
  SegmentPublisher,
  SegmentSet,
  StoreState,
} from '#flow/store/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';

/** A segment, whether queries see it, and what took its place. */
export interface SegmentLineage {
  readonly segment: Segment;
  readonly state: string;
  readonly replacedBy: string | null;
}

/** The catalogue of segments in the process that owns it: each call one transaction. */
export class SegmentHost implements SegmentPublisher {
  readonly #catalogue: Catalogue;
  readonly #segments: SegmentCatalogue;
  readonly #erasures: Erasures;
  readonly #holds: Holds;
  readonly #keys: KeyRing;
  readonly #clock: Clock;
  /** All that queries see, as it was read last; null once it changed. This process alone writes the catalogue. */
  #seen: SegmentSet | null = null;
  #changes = 0;
  /** What is known of holds by a condition; without it each of them keeps all of its stream and time. */
  #heldNow: (holds: readonly Hold[]) => readonly Hold[] = (holds) => holds;
  /** How long each stream has to be kept; nobody says until a template does. */
  #leastKeep: LeastKeep = () => null;
  /** Who copies segments at this moment. */
  #pins = 0;

  private constructor(catalogue: Catalogue, sealer: RowSealer, keys: KeyRing, clock: Clock) {
    this.#catalogue = catalogue;
    this.#segments = new SegmentCatalogue(sealer, {
      keep: keys.keepDataKeys.bind(keys),
      remove: keys.removeDataKeys.bind(keys),
    });
    this.#erasures = new Erasures(sealer);
    this.#holds = new Holds(sealer);
    this.#keys = keys;
    this.#clock = clock;
  }

  static async open(catalogue: Catalogue, keys: KeyRing, clock: Clock): Promise<SegmentHost> {
    await catalogue.migrate(STORE_SCHEMA);
    return new SegmentHost(catalogue, await keys.rowSealer('catalogue'), keys, clock);
  }

  /** Has holds by a condition count for the segments that they are about alone. */
  useConditions(known: (holds: readonly Hold[]) => readonly Hold[]): void {
    this.#heldNow = known;
  }

  /** Has nothing go before its least time, whoever says that it may. */
  useLeastKeep(leastKeep: LeastKeep): void {
    this.#leastKeep = leastKeep;
  }

  state(): Promise<StoreState> {
    return this.#catalogue.transaction((tx) => this.#segments.state(tx));
  }

  async publish(publication: Publication): Promise<number> {
    const version = await this.#change((tx) => this.#segments.publish(tx, publication));
    this.#forgetPending(publication.segment);
    return version;
  }

  async replace(replacement: Replacement): Promise<number> {
    const now = this.#clock.now();
    const { segment, expired } = replacement;
    const version = await this.#change(async (tx) => {
      await this.#letGo(tx, segment.inputs, segment, expired);
      return this.#segments.replace(tx, replacement, now);
    });
    this.#forgetPending(replacement.segment);
    return version;
  }

  retire({ ids, expired }: Retirement): Promise<number> {
    return this.#change(async (tx) => {
      await this.#letGo(tx, ids, null, expired);
      return this.#segments.retire(tx, ids, this.#clock.now());
    });
  }

  saveCursor(cursor: FileOffsets): Promise<void> {
    return this.#catalogue.transaction((tx) => this.#segments.saveCursor(tx, cursor));
  }

  async active(): Promise<readonly Segment[]> {
    return (await this.visible()).segments;
  }

  /** What queries see now. Read once for each version of the catalogue, not for each statement. */
  async visible(): Promise<SegmentSet> {
    return this.#seen ?? this.look();
  }

  /** The same, read anew: for who wants to know whether what is stored is sound. */
  async look(): Promise<SegmentSet> {
    const begun = this.#changes;
    const set = await this.#catalogue.transaction((tx) => this.#segments.active(tx));
    // What was asked for before a change may have been read before it.
    if (begun === this.#changes) this.#seen = set;
    return set;
  }

  /** Rows that cannot be believed and do not say that their objects are gone. */
  damaged(): Promise<readonly DamagedSegment[]> {
    return this.#catalogue.transaction((tx) => this.#segments.damaged(tx));
  }

  /** Keeps the objects of segments that are replaced from now on, for who copies them, until the result is disposed of. */
  pin(): Disposable {
    this.#pins += 1;
    return { [Symbol.dispose]: () => void (this.#pins -= 1) };
  }

  /** All whose objects may still lie somewhere: those that queries see, and those that were replaced of late. */
  async stored(): Promise<readonly Segment[]> {
    return [...(await this.active()), ...(await this.replacedBefore(Infinity))];
  }

  /** Segments that a copy of the catalogue has as active ones. */
  async activeIn(copy: Catalogue): Promise<readonly Segment[]> {
    return (await copy.transaction((tx) => this.#segments.active(tx))).segments;
  }

  replacedBefore(time: number): Promise<readonly Segment[]> {
    return this.#catalogue.transaction((tx) => this.#segments.replacedBefore(tx, time));
  }

  /** Those of them whose objects may be deleted now: none while somebody copies them. */
  async removableBefore(time: number): Promise<readonly Segment[]> {
    return this.#pins > 0 ? [] : this.replacedBefore(time);
  }

  /** The state of each segment, in the order asked; null for one that is not known. */
  statesOf(ids: readonly string[]): Promise<readonly (string | null)[]> {
    return this.#catalogue.transaction((tx) =>
      Promise.all(ids.map(async (id) => (await this.#segments.get(tx, id))?.state ?? null)),
    );
  }

  /**
   * Segments, those that they were made from down to the journal, and what took the place of each.
   *
   * @param most segments that are followed at most
   */
  lineage(ids: readonly string[], most: number): Promise<readonly SegmentLineage[]> {
    return this.#catalogue.transaction(async (tx) => {
      const found = new Map<string, SegmentLineage>();
      const queue = ids.map((id) => ({ id, back: true, forth: true }));
      for (let next = queue.shift(); next !== undefined && found.size < most; next = queue.shift()) {
        const { id, back, forth } = next;
        const segment = found.has(id) ? null : await this.#segments.get(tx, id);
        if (segment === null) continue;
        const replacedBy = await this.#segments.replacedBy(tx, id);
        found.set(id, { segment, state: segment.state, replacedBy });
        if (back) queue.push(...segment.inputs.map((input) => ({ id: input, back, forth: false })));
        // What else went into what took its place is no part of this lineage.
        if (forth && replacedBy !== null) queue.push({ id: replacedBy, back: false, forth });
      }
      return [...found.values()];
    });
  }

  forget(ids: readonly string[]): Promise<void> {
    return this.#change((tx) => this.#segments.forget(tx, ids));
  }

  known(objectKeys: readonly string[]): Promise<readonly string[]> {
    return this.#catalogue.transaction((tx) => this.#segments.known(tx, objectKeys));
  }

  /** Forgets journal files that were deleted, with their keys. */
  async forgetFiles(files: readonly string[]): Promise<void> {
    await this.#catalogue.transaction((tx) => this.#segments.forgetFiles(tx, files));
    await this.#keys.removeFileKeys('weir:store', files);
  }

  /**
   * With the change itself, so that nothing goes unnoted, nothing before its time, and nothing that was held meanwhile.
   *
   * @throws {StoreError} STORE_SEGMENT_HELD, STORE_KEPT_LONGER
   */
  async #letGo(
    tx: CatalogueTransaction,
    ids: readonly string[],
    output: Segment | null,
    expired: Expired | undefined,
  ): Promise<void> {
    const found = await Promise.all(ids.map((id) => this.#segments.get(tx, id)));
    const inputs = found.filter((segment) => segment?.state === 'active').map((segment) => segment!);
    // Where one is not active any more the change is a repeated one, or is refused for that.
    if (inputs.length === ids.length) {
      const going = { inputs, output, ...(expired === undefined ? {} : { expired }) };
      requireMayGo(going, this.#leastKeep, this.#clock.now());
    }
    if (expired === undefined) return;
    const holds = this.#heldNow(await this.#holds.list(tx));
    for (const segment of inputs) {
      const { id } = segment;
      if (isHeldBy(segment, holds)) {
        throw new StoreError('STORE_SEGMENT_HELD', `Cannot let readings of segment ${id} go: it is held`, {
          segment: id,
          hint: 'See the holds with `npm run -s weir -- retention holds`',
        });
      }
      await this.#erasures.note(tx, segment, expired, this.#clock.now());
    }
  }

  /** Whatever comes of it, what was read before is not used any more. */
  async #change<T>(work: (tx: CatalogueTransaction) => Promise<T>): Promise<T> {
    this.#forgetSeen();
    try {
      return await this.#catalogue.transaction(work);
    } finally {
      this.#forgetSeen();
    }
  }

  #forgetSeen(): void {
    this.#changes += 1;
    this.#seen = null;
  }

  #forgetPending(segment: Segment): void {
    this.#keys.forgetDataKeys([segment.footerHandle, ...segment.columns.map(({ handle }) => handle)]);
  }
}
