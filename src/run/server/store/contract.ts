import type { AuditEvent, Class, Json } from '#base/core/index.ts';
import type { ObjectsPlace } from '#declare/template/index.ts';
import type { JournalDamage, VaultRecord } from '#flow/journal/index.ts';
import type {
  CompactionPlan,
  FileOffsets,
  Hold,
  Publication,
  Replacement,
  Retirement,
  Segment,
  SegmentContent,
  SegmentPublisher,
  ServedTail,
  StoreErrorCode,
  StoreProgress,
  StoreState,
  StoreStatus,
  SubjectReadings,
  SubjectRows,
  SubjectSpan,
  SubjectSearch,
} from '#flow/store/index.ts';

import type { PlacesStart } from '../places/store-archive.ts';

/** A key on its way to the process that uses it; the bytes are overwritten there once the key object is made. */
export interface HandedKey {
  readonly handle: string;
  readonly key: Uint8Array;
}

export interface StoreStart {
  readonly journal: string;
  readonly objects: string;
  /** How other places for segments are reached. */
  readonly places: PlacesStart;
  /** Where blocks of the tail lie. */
  readonly tail: string;
  /** JSON form of each known version of the template. */
  readonly templates: readonly Json[];
  /** Digest of the one in force. */
  readonly inForce: string;
  /** Holds that stand. */
  readonly holds: readonly Hold[];
}

/** What the store process offers to control. */
export type StoreMethods = {
  start(start: StoreStart): Promise<void>;
  /** Another version is in force. */
  template(form: Json): void;
  /** Other holds stand. */
  holds(holds: readonly Hold[]): void;
  /** The journal grew. */
  wake(parameters: null): void;
  snapshot(request: { stream: string; columns: readonly string[]; version: number }): Promise<ServedTail>;
  /** Seals what waits of a stream; null: of all. */
  flush(stream: string | null): Promise<void>;
  compact(parameters: null): Promise<number>;
  findSubject(wanted: SubjectRows): Promise<SubjectSearch>;
  subjectSpans(order: { wanted: SubjectRows; most: number }): Promise<readonly SubjectSpan[]>;
  readSubject(order: { wanted: SubjectRows; most: number }): Promise<SubjectReadings>;
  /** @returns how many rows went */
  eraseSubject(order: { subject: SubjectRows; request: string }): Promise<number>;
  /** Deletes what was replaced in these streams so many milliseconds ago. */
  removeReplaced(order: { streams: readonly string[]; age: number }): Promise<number>;
  /** Removes journal files that hold nothing for the store any more, now and not at the next look. */
  releaseFiles(parameters: null): Promise<void>;
  status(parameters: null): StoreStatus | null;
};

/** What control offers to the store process. */
export type StoreControlMethods = {
  audit(event: AuditEvent): Promise<void>;
  /** Originals for the vault, sealed by a gateway; they are there when this resolves. */
  vault(records: readonly VaultRecord[]): Promise<void>;
  journalKey(fileId: string): Promise<Uint8Array | null>;
  newDataKeys(request: {
    stream: string;
    columns: readonly { column: string; domain: string }[];
  }): Promise<readonly HandedKey[]>;
  unwrapDataKeys(request: { resource: string; handles: readonly string[] }): Promise<readonly HandedKey[]>;
  state(parameters: null): Promise<StoreState>;
  publish(publication: Publication): Promise<number>;
  replace(replacement: Replacement): Promise<number>;
  retire(retirement: Retirement): Promise<number>;
  saveCursor(cursor: FileOffsets): Promise<void>;
  active(parameters: null): Promise<readonly Segment[]>;
  visible(parameters: null): ReturnType<SegmentPublisher['visible']>;
  replacedBefore(time: number): Promise<readonly Segment[]>;
  forget(ids: readonly string[]): Promise<void>;
  known(objectKeys: readonly string[]): Promise<readonly string[]>;
  /** How far other readers of the journal are; null where there is none that files must be kept for. */
  passed(parameters: null): Promise<FileOffsets | null>;
  /** Journal files that the store has passed and that were removed. */
  forgetFiles(fileIds: readonly string[]): Promise<void>;
  /** What of the journal is in the tail, and how fast it may grow. */
  progress(progress: StoreProgress): void;
  ended(error: { code: string; message: string }): void;
  /** A journal file does not open from an offset on. */
  damaged(damage: JournalDamage): void;
};

/** What the sealing thread offers to the store's main thread. */
export type SealingMethods = {
  start(start: { readonly objects: string; readonly places: PlacesStart; readonly niceness: number }): Promise<void>;
  /** Whether there is no time to rest from now on. */
  press(pressed: boolean): void;
  /** Other places are declared. */
  places(declared: readonly ObjectsPlace[]): void;
  seal(content: SegmentContent): Promise<MadeSegment>;
  compact(order: { plan: CompactionPlan; declared: ReadonlyMap<string, Class> }): Promise<MadeSegment>;
};

/** What the store's main thread offers to the sealing thread: the way to control. */
export type SealingControlMethods = Pick<StoreControlMethods, 'audit' | 'newDataKeys' | 'unwrapDataKeys'>;

/** A segment or none, or what a `StoreError` said, which a line between threads would lose some of. */
export type MadeSegment =
  | { readonly segment: Segment | null }
  | {
      readonly failure: {
        readonly code: StoreErrorCode;
        readonly message: string;
        readonly options: { readonly hint?: string; readonly segment?: string; readonly column?: string };
      };
    };
