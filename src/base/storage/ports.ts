/** A value that every catalogue engine can hold. */
export type SqlValue = null | number | string | Uint8Array;
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** The tables of one room: statements in portable SQL, one list per version, applied once each, in order. */
export interface CatalogueSchema {
  /** Room that owns the tables; their names start with it and an underscore. */
  readonly room: string;
  /** Version n is `migrations[n-1]`. A released version never changes; add the next one. */
  readonly migrations: readonly (readonly string[])[];
}

/** Statements within one transaction: all of them take effect, or none. */
export interface CatalogueTransaction {
  /** Rows that a statement returns. Parameters are positional: `?`. */
  all(sql: string, parameters?: readonly SqlValue[]): Promise<readonly SqlRow[]>;
  /** Runs a statement that returns no rows; the result counts the rows it changed. */
  run(sql: string, parameters?: readonly SqlValue[]): Promise<number>;
}

/**
 * Where the platform keeps small facts: devices, people, segments, wraps, positions.
 * Asynchronous so that a server engine can stand behind it; SQL is kept to what SQLite and PostgreSQL both take.
 */
export interface Catalogue extends CatalogueTransaction, AsyncDisposable {
  /** Brings a room's tables to its newest version, each version in one transaction. */
  migrate(schema: CatalogueSchema): Promise<void>;
  /** Names of the tables of all rooms, sorted. */
  tables(): Promise<readonly string[]>;
  /** Runs `work` alone against the catalogue and commits, or rolls back if it throws. */
  transaction<T>(work: (tx: CatalogueTransaction) => Promise<T>): Promise<T>;
}

/** Where immutable blobs are kept. Keys are relative paths of `[a-z0-9._/-]`, at most 512 characters, no `..`. */
export interface Objects {
  /**
   * Stores an object durably: once resolved it survives power loss, and is seen whole or not at all.
   * Storing the same key again is refused: objects never change.
   */
  put(key: string, data: Uint8Array | readonly Uint8Array[]): Promise<void>;
  /**
   * Stores an object in the place of the one that has the key, if any: whoever reads it sees the old one or the new one
   * whole. For the few things that are meant to change; what was there before is overwritten where the engine can.
   */
  replace(key: string, data: Uint8Array | readonly Uint8Array[]): Promise<void>;
  /** Size in bytes, or null where no such object is. */
  size(key: string): Promise<number | null>;
  /** The bytes [start, end) of an object. */
  read(key: string, start?: number, end?: number): Promise<Uint8Array>;
  /** Keys under a prefix in lexical order, streamed. */
  list(prefix: string): AsyncIterable<string>;
  /** Removes an object; removing one that is not there is no error. */
  delete(key: string): Promise<void>;
  /** Bytes that may still be written before the store counts as full; Infinity where the engine cannot tell. */
  free(): Promise<number>;
}
