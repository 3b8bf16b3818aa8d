import { StorageError } from './errors.ts';
import type { SqlValue } from './ports.ts';

/** Type of a column in clear; with `?` it may be null. `integer` is within ±(2^53−1), `real` is a finite double. */
export type ColumnKind = 'text' | 'integer' | 'real' | 'blob' | 'text?' | 'integer?' | 'real?' | 'blob?';

export type Columns = Readonly<Record<string, ColumnKind>>;

interface Kinds {
  text: string;
  integer: number;
  real: number;
  blob: Uint8Array;
}

type ValueOf<K extends ColumnKind> = K extends `${infer Base extends keyof Kinds}?`
  ? Kinds[Base] | null
  : K extends keyof Kinds
    ? Kinds[K]
    : never;

/** The values of a set of columns, by name. */
export type Values<C extends Columns> = { readonly [N in keyof C]: ValueOf<C[N]> };

const SQL_TYPES = { text: 'TEXT', integer: 'BIGINT', real: 'DOUBLE PRECISION', blob: 'BLOB' } as const;

const base = (kind: ColumnKind): keyof Kinds => (kind.endsWith('?') ? kind.slice(0, -1) : kind) as keyof Kinds;

/** The type and constraint of a column in SQL that SQLite and, with BYTEA for BLOB, PostgreSQL take. */
export function columnSql(kind: ColumnKind): string {
  return SQL_TYPES[base(kind)] + (kind.endsWith('?') ? '' : ' NOT NULL');
}

/** Tells whether an engine's value is what a column of this kind may hold, as it would come back unchanged. */
export function isColumnValue(kind: ColumnKind, value: unknown): value is SqlValue {
  if (value === null) return kind.endsWith('?');
  switch (base(kind)) {
    case 'text':
      // SQLite cuts a text at a NUL on some paths, and a lone surrogate has no UTF-8.
      return typeof value === 'string' && value.isWellFormed() && !value.includes('\0');
    case 'integer':
      return Number.isSafeInteger(value);
    case 'real':
      return Number.isFinite(value);
    case 'blob':
      return value instanceof Uint8Array;
  }
}

/**
 * Guards a value on its way into a table.
 *
 * @throws {StorageError} STORAGE_VALUE_INVALID
 */
export function requireColumnValue(table: string, column: string, kind: ColumnKind, value: unknown): SqlValue {
  if (!isColumnValue(kind, value)) {
    throw new StorageError('STORAGE_VALUE_INVALID', `Cannot write to ${table}: the value of ${column} is no ${kind}`);
  }
  return value;
}
