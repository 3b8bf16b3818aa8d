import type { KeyDomain, Micros } from '#base/core/index.ts';
import type { AeadKey } from '#base/crypto/index.ts';
import type { Segment, StoredColumn } from './segment.ts';

/** A data key and what the key service knows it by. */
export interface HandledKey {
  readonly handle: string;
  readonly key: AeadKey;
}

/** Where new segments get their keys. The wraps stay with whoever keeps keys, and are stored when it publishes. */
export interface DataKeySource {
  newDataKeys(request: {
    readonly stream: string;
    readonly columns: readonly { readonly name: string; readonly domain: KeyDomain }[];
  }): Promise<{ readonly footer: HandledKey; readonly columns: ReadonlyMap<string, HandledKey> }>;
}

/** Where the keys of existing segments come from; those of shredded ones are absent. Each use is logged there. */
export interface SegmentKeySource {
  unwrap(resource: string, handles: readonly string[]): Promise<ReadonlyMap<string, AeadKey>>;
}

/** What columns readings have that a version of the template admitted, system columns first. */
export interface StreamShapes {
  /** @throws {StoreError} STORE_TEMPLATE_UNKNOWN */
  columns(stream: string, template: string): readonly StoredColumn[] | Promise<readonly StoredColumn[]>;
}

/** Offsets by journal file. */
export type FileOffsets = readonly (readonly [file: string, offset: number])[];

/** Where the store stands in the journal. */
export interface StoreState {
  /** Grows by one with each `publish` and `replace` that takes effect, and by nothing else. */
  readonly version: number;
  /** Reading starts here. */
  readonly cursor: FileOffsets;
  /** Records of a stream up to these offsets are in segments. */
  readonly watermarks: readonly { readonly stream: string; readonly file: string; readonly offset: number }[];
}

/** A new segment, and how far the store has come in the journal with it. */
export interface Publication {
  readonly segment: Segment;
  readonly cursor: FileOffsets;
}

/** A segment made from others, which take no part in queries from then on. */
export interface Replacement {
  readonly segment: Segment;
  /** Set where readings of the inputs that are kept no longer are left out. */
  readonly expired?: Expired;
}

/** Segments of which nothing is kept any longer. */
export interface Retirement {
  readonly ids: readonly string[];
  readonly expired: Expired;
}

/** Readings that go because they are kept no longer, or because somebody asked for it. */
export interface Expired {
  readonly stream: string;
  readonly rows: number;
  /** Those received before this (epoch microseconds). */
  readonly keptFrom: Micros;
  /** The request of a person that they go by; absent where it is their age. */
  readonly request?: string;
}

/**
 * Changes to the catalogue, each one transaction in the process that owns it. Values are plain data, so that they can
 * cross processes; repeating a call that took effect changes nothing and gives the same answer.
 */
export interface SegmentPublisher {
  state(): Promise<StoreState>;
  /** @returns the version from which on queries see it. @throws {StoreError} STORE_ALREADY_SEALED */
  publish(publication: Publication): Promise<number>;
  /** @returns the version. @throws {StoreError} STORE_INPUT_REPLACED if an input is not active any more; STORE_SEGMENT_HELD; STORE_KEPT_LONGER */
  replace(replacement: Replacement): Promise<number>;
  /**
   * Takes segments out of queries, with nothing in their place.
   *
   * @returns the version from which on
   * @throws {StoreError} STORE_SEGMENT_HELD, STORE_KEPT_LONGER
   */
  retire(retirement: Retirement): Promise<number>;
  saveCursor(cursor: FileOffsets): Promise<void>;
  /** Segments that queries see, of all streams. */
  active(): Promise<readonly Segment[]>;
  /** The same, and the version at which that is so. */
  visible(): Promise<{ readonly version: number; readonly segments: readonly Segment[] }>;
  /** Segments that were replaced before a time (epoch microseconds) and whose objects are still there. */
  replacedBefore(time: number): Promise<readonly Segment[]>;
  /** Notes that the objects of replaced segments are gone, and removes their wraps. */
  forget(ids: readonly string[]): Promise<void>;
  /** Which of these object keys belong to a segment. */
  known(objectKeys: readonly string[]): Promise<readonly string[]>;
}
