import type { Json, Micros } from '#base/core/index.ts';
import { SealedTable, sealedTableSql } from '#base/storage/index.ts';
import type { CatalogueTransaction, RowSealer, SealedTableSpec, SqlRow, StorageError } from '#base/storage/index.ts';
import type { Columns } from '#base/storage/index.ts';
import type { DamagedSegment } from './damaged-segments.ts';
import { StoreError } from './errors.ts';
import type { FileOffsets, Publication, Replacement, StoreState } from './ports.ts';
import type { SealedObject, Segment } from './segment.ts';

const table = <const K extends Columns, const C extends Columns, S extends Json = null>(
  spec: SealedTableSpec<K, C, S>,
): SealedTableSpec<K, C, S> => spec;

/** Segments by id; `state` is `active`, `replaced` (its object waits to be deleted) or `gone`. */
const SEGMENTS = table({
  name: 'store_segment',
  key: { id: 'text' },
  clear: {
    stream: 'text',
    state: 'text',
    min_time: 'integer',
    max_time: 'integer',
    rows: 'integer',
    object_key: 'text',
    digest: 'text',
    /** Version of the catalogue from which on queries see it, and from which on they do not. */
    published: 'integer',
    replaced: 'integer?',
    replaced_at: 'integer?',
    replaced_by: 'text?',
  },
  // What is sealed is what `rowOf` put there; the tag vouches for it.
  sealed: (value: Json): Json => value,
  unique: [['object_key']],
  indexes: [['stream', 'state'], ['state']],
});

/** Rows with a changed state that are told of at most, between two states. */
const MOST_ODD = 16;

/** How far the readings of a stream are in segments, by journal file. */
const WATERMARKS = table({
  name: 'store_watermark',
  key: { stream: 'text', file: 'text' },
  clear: { position: 'integer' },
});

/** Where reading the journal starts, by file. */
const CURSOR = table({ name: 'store_cursor', key: { file: 'text' }, clear: { position: 'integer' } });

/** Numbers of the room: `version` of the set of segments. */
const STATE = table({ name: 'store_state', key: { name: 'text' }, clear: { value: 'integer' } });

/** Tables of segments, as the first version of the catalogue had them. */
export const SEGMENT_TABLES: readonly string[] = [
  ...sealedTableSql(SEGMENTS),
  ...sealedTableSql(WATERMARKS),
  ...sealedTableSql(CURSOR),
  ...sealedTableSql(STATE),
];

/** Keeps the wraps of data keys within the transactions of this room. */
export interface WrapKeeper {
  keep(tx: CatalogueTransaction, handles: readonly string[]): Promise<void>;
  remove(tx: CatalogueTransaction, handles: readonly string[]): Promise<void>;
}

/** What queries see at one version. */
export interface SegmentSet {
  readonly version: number;
  readonly segments: readonly Segment[];
  /** Rows that a statement may need and that cannot be believed; see `damagedFor`. */
  readonly damaged: readonly DamagedSegment[];
}

/** What lies between the states in the order of the index: no sound row is there, one with a changed state is. */
const BETWEEN_STATES = [
  { below: 'active' },
  { from: 'active\u0001', below: 'gone' },
  { from: 'gone\u0001', below: 'replaced' },
  { from: 'replaced\u0001' },
] as const;

/** Which segments a query may need; an open end takes all. */
export interface SegmentFilter {
  readonly stream?: string;
  /** Whole epoch microseconds, inclusive. */
  readonly from?: number;
  readonly to?: number;
}

/**
 * The catalogue of segments. Each method is to be called within one transaction of its own, in the process that owns
 * the catalogue. Every row carries a tag over its content: a changed one is refused with STORAGE_ROW_DAMAGED, or told
 * of beside those that are sound.
 */
export class SegmentCatalogue {
  readonly #segments: SealedTable<typeof SEGMENTS.key, typeof SEGMENTS.clear, Json>;
  readonly #watermarks: SealedTable<typeof WATERMARKS.key, typeof WATERMARKS.clear>;
  readonly #cursor: SealedTable<typeof CURSOR.key, typeof CURSOR.clear>;
  readonly #state: SealedTable<typeof STATE.key, typeof STATE.clear>;
  readonly #wraps: WrapKeeper;

  constructor(sealer: RowSealer, wraps: WrapKeeper) {
    this.#segments = new SealedTable(SEGMENTS, sealer);
    this.#watermarks = new SealedTable(WATERMARKS, sealer);
    this.#cursor = new SealedTable(CURSOR, sealer);
    this.#state = new SealedTable(STATE, sealer);
    this.#wraps = wraps;
  }

  /**
   * Publishes a segment made from the journal: wraps, row, watermarks and cursor at once.
   *
   * @returns the version from which on queries see it; that of the first call where it is repeated
   * @throws {StoreError} STORE_ALREADY_SEALED if some of its readings are in a segment already
   */
  async publish(tx: CatalogueTransaction, { segment, cursor }: Publication): Promise<number> {
    const done = await this.#published(tx, segment);
    if (done !== null) return done;
    for (const { file, after, to } of segment.spans) {
      const mark = await this.#watermarks.get(tx, { stream: segment.stream, file });
      if (mark !== null && mark.position > after) {
        throw new StoreError(
          'STORE_ALREADY_SEALED',
          `Cannot publish segment ${segment.id}: readings of ${segment.stream} up to ${mark.position} in journal file ${file} are sealed already`,
          { segment: segment.id, hint: 'Run one store process on a data directory; it starts anew from the catalogue' },
        );
      }
      await this.#watermarks.put(tx, { stream: segment.stream, file, position: to }, null);
    }
    const version = await this.#insert(tx, segment);
    await this.saveCursor(tx, cursor);
    return version;
  }

  /**
   * Publishes a segment made from others in their place.
   *
   * @param now epoch microseconds
   * @throws {StoreError} STORE_INPUT_REPLACED if an input is not active
   */
  async replace(tx: CatalogueTransaction, { segment }: Replacement, now: Micros): Promise<number> {
    const done = await this.#published(tx, segment);
    if (done !== null) return done;
    const version = await this.#insert(tx, segment);
    for (const id of segment.inputs) {
      const row = await this.#segments.get(tx, { id });
      if (row === null || row.state !== 'active') {
        throw new StoreError(
          'STORE_INPUT_REPLACED',
          `Cannot publish segment ${segment.id}: its input ${id} is not active`,
          {
            segment: segment.id,
          },
        );
      }
      const { sealed, ...clear } = row;
      const changes = { state: 'replaced', replaced: version, replaced_at: now, replaced_by: segment.id };
      await this.#segments.put(tx, { ...clear, ...changes }, sealed);
    }
    return version;
  }

  /**
   * Takes segments out of queries, with nothing in their place; repeated, it changes nothing.
   *
   * @param now epoch microseconds
   * @returns the version from which on
   */
  async retire(tx: CatalogueTransaction, ids: readonly string[], now: Micros): Promise<number> {
    const rows = await Promise.all(ids.map((id) => this.#segments.get(tx, { id })));
    const active = rows.filter((row) => row?.state === 'active');
    if (active.length === 0) return this.#version(tx);
    const version = await this.#nextVersion(tx);
    for (const row of active) {
      const { sealed, ...clear } = row!;
      await this.#segments.put(tx, { ...clear, state: 'replaced', replaced: version, replaced_at: now }, sealed);
    }
    return version;
  }

  /** Moves the place where reading starts; files not named keep theirs. */
  async saveCursor(tx: CatalogueTransaction, cursor: FileOffsets): Promise<void> {
    for (const [file, position] of cursor) await this.#cursor.put(tx, { file, position }, null);
  }

  /** Where the store stands in the journal. */
  async state(tx: CatalogueTransaction): Promise<StoreState> {
    const cursor = await this.#cursor.list(tx);
    const watermarks = await this.#watermarks.list(tx);
    return {
      version: await this.#version(tx),
      cursor: cursor.map(({ file, position }) => [file, position] as const),
      watermarks: watermarks.map(({ stream, file, position }) => ({ stream, file, offset: position })),
    };
  }

  /** The segments that queries see now, oldest readings first, and the rows that cannot be read. */
  async active(tx: CatalogueTransaction, filter: SegmentFilter = {}): Promise<SegmentSet> {
    const damaged: DamagedSegment[] = [];
    const onDamaged = noting(damaged);
    for (const state of BETWEEN_STATES) await this.#segments.list(tx, { where: { state }, limit: MOST_ODD, onDamaged });
    const rows = await this.#segments.list(tx, {
      where: {
        state: 'active',
        ...(filter.stream === undefined ? {} : { stream: filter.stream }),
        ...(filter.from === undefined ? {} : { max_time: { from: filter.from } }),
        ...(filter.to === undefined ? {} : { min_time: { below: filter.to + 1 } }),
      },
      order: ['min_time', 'id'],
      onDamaged,
    });
    return { version: await this.#version(tx), segments: rows.map((row) => segmentOf(row.sealed)), damaged };
  }

  /** Rows that cannot be believed and do not say that their objects are gone. */
  async damaged(tx: CatalogueTransaction): Promise<readonly DamagedSegment[]> {
    const { damaged } = await this.active(tx);
    const replaced: DamagedSegment[] = [];
    await this.#segments.list(tx, { where: { state: 'replaced' }, onDamaged: noting(replaced) });
    return [...damaged, ...replaced];
  }

  /** A segment in whatever state, or null. */
  async get(tx: CatalogueTransaction, id: string): Promise<(Segment & { readonly state: string }) | null> {
    const row = await this.#segments.get(tx, { id });
    return row === null ? null : { ...segmentOf(row.sealed), state: row.state };
  }

  /** The segment that took the place of another, or null: lineage from input to output. */
  async replacedBy(tx: CatalogueTransaction, id: string): Promise<string | null> {
    return (await this.#segments.get(tx, { id }))?.replaced_by ?? null;
  }

  /** Segments replaced before a time whose objects may still be there. */
  async replacedBefore(tx: CatalogueTransaction, time: number): Promise<readonly Segment[]> {
    // A damaged row keeps its object: it may be the one that is needed to mend it.
    const rows = await this.#segments.list(tx, { where: { state: 'replaced' }, onDamaged: () => undefined });
    return rows.filter((row) => (row.replaced_at ?? Infinity) < time).map((row) => segmentOf(row.sealed));
  }

  /** Notes that the objects of replaced segments are gone and removes their wraps; the rows stay for lineage. */
  async forget(tx: CatalogueTransaction, ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const row = await this.#segments.get(tx, { id });
      if (row?.state !== 'replaced') continue;
      const { sealed, ...clear } = row;
      await this.#wraps.remove(tx, handlesOf(segmentOf(sealed)));
      await this.#segments.put(tx, { ...clear, state: 'gone' }, sealed);
    }
  }

  /** Forgets journal files that were deleted. */
  async forgetFiles(tx: CatalogueTransaction, files: readonly string[]): Promise<void> {
    for (const file of files) {
      await this.#cursor.delete(tx, { file });
      for (const { stream } of await this.#watermarks.list(tx, { where: { file } })) {
        await this.#watermarks.delete(tx, { stream, file });
      }
    }
  }

  /** Which of these object keys belong to a segment that is not gone; all where a damaged row may have named any. */
  async known(tx: CatalogueTransaction, objectKeys: readonly string[]): Promise<readonly string[]> {
    if ((await this.active(tx)).damaged.length > 0) return objectKeys;
    const found: string[] = [];
    for (let at = 0; at < objectKeys.length; at += 200) {
      const where = { object_key: { in: objectKeys.slice(at, at + 200) } };
      const onDamaged = (_: StorageError, row: SqlRow): void => void found.push(String(row['object_key']));
      const rows = await this.#segments.list(tx, { where, onDamaged });
      for (const row of rows) if (row.state !== 'gone') found.push(row.object_key);
    }
    return found;
  }

  async #published(tx: CatalogueTransaction, segment: Segment): Promise<number | null> {
    const row = await this.#segments.get(tx, { id: segment.id });
    return row !== null && row.digest === segment.digest ? row.published : null;
  }

  async #insert(tx: CatalogueTransaction, segment: Segment): Promise<number> {
    const version = await this.#nextVersion(tx);
    await this.#wraps.keep(tx, handlesOf(segment));
    await this.#segments.insert(
      tx,
      {
        id: segment.id,
        stream: segment.stream,
        state: 'active',
        min_time: segment.minTime,
        max_time: segment.maxTime,
        rows: segment.rows,
        object_key: segment.objectKey,
        digest: segment.digest,
        published: version,
        replaced: null,
        replaced_at: null,
        replaced_by: null,
      },
      segment as unknown as Json,
    );
    return version;
  }

  async #nextVersion(tx: CatalogueTransaction): Promise<number> {
    const version = (await this.#version(tx)) + 1;
    await this.#state.put(tx, { name: 'version', value: version }, null);
    return version;
  }

  async #version(tx: CatalogueTransaction): Promise<number> {
    return (await this.#state.get(tx, { name: 'version' }))?.value ?? 0;
  }
}

/** Handles of all keys of a segment, the footer's first. */
export function handlesOf(segment: SealedObject): readonly string[] {
  return [segment.footerHandle, ...segment.columns.map((column) => column.handle)];
}

/** Adds damaged rows to a list. */
function noting(damaged: DamagedSegment[]): (error: StorageError, row: SqlRow) => void {
  return (error, { id, stream }) => void damaged.push({ id: String(id), stream: String(stream), error });
}

/** The tag vouches that the value is what `#insert` stored. */
function segmentOf(value: Json): Segment {
  return value as unknown as Segment;
}
