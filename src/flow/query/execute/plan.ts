import type { ByteCount, ColumnShape, Json, Millis } from '#base/core/index.ts';
import type { PieceLimits } from '../formats/frozen-piece.ts';
import type { ColumnNotes, ResultNotes } from './result.ts';
import type { GridColumns } from './grid-column.ts';
import type { SealedSegment } from './segment-files.ts';
import type { RowsInMemory } from './tail-table.ts';
import type { TokenSights } from './token-sight.ts';

/** A relation as one statement may read it: the columns that it needs, from sealed segments and from memory. */
export interface PlannedRelation {
  readonly name: string;
  /** Needed columns with their types; a segment or part that lacks one reads as null there. */
  readonly columns: readonly ColumnShape[];
  readonly segments: readonly SealedSegment[];
  readonly tail: readonly RowsInMemory[];
  /** How tokens in the rows in memory are shown. */
  readonly sights?: TokenSights;
  /** Which of the columns are not stored but made of others as these are opened. */
  readonly grids?: GridColumns;
  /** Only rows of this span are read; its columns have `time`, and it has no rows in memory. */
  readonly window?: TimeWindow;
}

/** A span of `time` in epoch microseconds, the end not within it; null where it has none. */
export interface TimeWindow {
  readonly from: number | null;
  readonly to: number | null;
}

/** Values of bound parameters: by position, or by name. */
export type Parameters = readonly Json[] | Readonly<Record<string, Json>>;

/** All that the query process needs to answer one statement. Plain data: it crosses a process boundary. */
export interface QueryPlan {
  /** The gated statement's serialised tree. */
  readonly ast: string;
  /** Keeps the engine's words to itself: they may quote rows or values that the subject does not see. */
  readonly veiled?: boolean;
  /** Answers how the statement would run instead of running it; needs no rows. */
  readonly explain: boolean;
  /** Another process goes on with the result at once, so that what is left to do here waits. */
  readonly handedOn?: boolean;
  /** Makes the canonical digest of the result too. */
  readonly digested?: boolean;
  readonly relations: readonly PlannedRelation[];
  /**
   * Instead of `relations`, what is read for one part of the answer after the other, each in an engine of its own: no
   * more than one of them is opened at a time.
   */
  readonly slices?: readonly (readonly PlannedRelation[])[];
  readonly parameters: Parameters;
  readonly limits: {
    readonly time: Millis;
    readonly memory: ByteCount;
    readonly rows: number;
    /** What the template calls the limit of rows, where that is not `query-rows`. */
    readonly rowsBy?: 'dataset-rows';
    readonly threads: number;
  };
  /** Where the pieces of a frozen result are cut. */
  readonly pieces?: PieceLimits;
  /** Key of `hash` masks, 32 bytes. */
  readonly maskKey: Uint8Array;
  /** What is known of the result's columns, by position; empty where nothing is. */
  readonly columnNotes: readonly ColumnNotes[];
  readonly notes: ResultNotes;
}
