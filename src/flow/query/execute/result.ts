import type { DuckDBDataChunk, DuckDBType } from '@duckdb/node-api';
import type { Class } from '#base/core/index.ts';

/** What is known about a column of a result besides its type. */
export interface ColumnNotes {
  readonly class: Class | null;
  readonly unit: string | null;
}

/** A column of a result. */
export interface ResultColumn {
  readonly name: string;
  readonly type: DuckDBType;
  readonly notes: ColumnNotes;
}

/** Facts about a whole result that formats with a schema carry along. */
export interface ResultNotes {
  readonly purpose: string | null;
  /** Of an answer with noise: what it cost of the privacy budget, and what is left. */
  readonly privacy?: {
    readonly epsilon: number;
    readonly delta: number;
    readonly cost: number;
    readonly left: number;
  };
  /** The dataset that it is of, such as `training@3`, and that dataset's digest. */
  readonly dataset?: string;
  readonly digest?: string;
}

/**
 * Turns chunks of a result into the bytes of one format. `begin` is called once, then `chunk` for each, then `end`;
 * each gives the bytes that are ready, which may be none.
 */
export interface ResultEncoder {
  begin(): Uint8Array;
  chunk(chunk: DuckDBDataChunk): Uint8Array;
  end(): Uint8Array;
}

/** Where the bytes of a result go. A promise holds the executor back until it resolves. */
export interface ResultSink {
  write(bytes: Uint8Array): Promise<void> | void;
}
