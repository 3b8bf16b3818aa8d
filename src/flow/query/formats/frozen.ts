import { DuckDBTimestampTZValue } from '@duckdb/node-api';
import type { DuckDBDataChunk, DuckDBType } from '@duckdb/node-api';
import type { Batch, Column, FieldType, NamedColumn } from '#base/core/index.ts';
import { canonicalJson, fromHex, toHex } from '#base/core/index.ts';
import { CompactRange, hashLeaf, sha256Hex } from '#base/crypto/index.ts';
import { encodeParquet, factsOf } from '#flow/store/index.ts';
import type { StoredColumn } from '#flow/store/index.ts';
import { QueryError } from '../errors.ts';
import type { ResultColumn, ResultEncoder } from '../execute/result.ts';
import { ResultDigest } from './result-digest.ts';
import { plainText } from './values.ts';

/** What a frozen result is committed to. */
export interface FrozenContent {
  readonly columns: readonly StoredColumn[];
  readonly rows: number;
  /** Rows of each part but the last. */
  readonly partRows: number;
  /** The canonical digest of the rows of each part, in hex. */
  readonly parts: readonly string[];
  /** What all of it is named by: `contentDigestOf`. */
  readonly digest: string;
}

/** Rows of a part, which is a row group of the file too. */
export const PART_ROWS = 65_536;

/** Types that a frozen column can have, by what the engine calls what it casts to. */
const FROZEN_TYPES: ReadonlyMap<string, FieldType> = new Map([
  ['DOUBLE', 'number'],
  ['BIGINT', 'integer'],
  ['BOOLEAN', 'boolean'],
  ['VARCHAR', 'text'],
  ['TIMESTAMP WITH TIME ZONE', 'time'],
]);

/** What each type of the engine is cast to; absent for types that datasets do not have. */
export function frozenTypeOf(type: string): string | null {
  if (/^(DOUBLE|FLOAT|REAL|DECIMAL\(.*\))$/.test(type)) return 'DOUBLE';
  if (/^(BIGINT|INTEGER|SMALLINT|TINYINT|UINTEGER|USMALLINT|UTINYINT|UBIGINT|HUGEINT)$/.test(type)) return 'BIGINT';
  if (/^(VARCHAR|UUID|ENUM\(.*\))$/.test(type)) return 'VARCHAR';
  if (/^(TIMESTAMP WITH TIME ZONE|TIMESTAMP|DATE|TIMESTAMP_S|TIMESTAMP_MS)$/.test(type)) {
    return 'TIMESTAMP WITH TIME ZONE';
  }
  return type === 'BOOLEAN' ? 'BOOLEAN' : null;
}

/**
 * The digest of a frozen result: SHA-256 of the canonical JSON of its columns' names and types, the number of its rows
 * and the root of the Merkle tree (RFC 9162) whose leaves are the digests of its parts. The same rows have the same.
 */
export function contentDigestOf({ columns, rows, partRows, parts }: Omit<FrozenContent, 'digest'>): string {
  const tree = new CompactRange();
  for (const part of parts) tree.append(hashLeaf(fromHex(part)));
  const named = columns.map(({ name, type }) => ({ name, type }));
  return sha256Hex(canonicalJson({ columns: named, partRows, root: toHex(tree.root()), rows }));
}

/**
 * Gathers a result into one plain Parquet file of the store's own form, and commits to it part by part. Its columns have
 * the types that fields can have; what the file is, is there once `end` was called.
 */
export class FrozenEncoder implements ResultEncoder {
  readonly #columns: readonly StoredColumn[];
  readonly #parts: Part[] = [];
  #content: FrozenContent | null = null;

  constructor(columns: readonly ResultColumn[]) {
    this.#columns = columns.map(({ name, type, notes }) => ({
      name,
      type: fieldTypeOf(name, type),
      nullable: true,
      class: notes.class ?? 'secret',
      unit: notes.unit,
    }));
  }

  /** @throws {TypeError} before `end` */
  get content(): FrozenContent {
    if (this.#content === null) throw new TypeError('a result is frozen once it has ended');
    return this.#content;
  }

  begin(): Uint8Array {
    return new Uint8Array();
  }

  chunk(chunk: DuckDBDataChunk): Uint8Array {
    const vectors = Array.from({ length: chunk.columnCount }, (_, at) => chunk.getColumnVector(at));
    for (let row = 0; row < chunk.rowCount; row++) {
      let part = this.#parts.at(-1);
      if (part === undefined || part.rows === PART_ROWS) {
        part?.close();
        this.#parts.push((part = new Part(this.#columns)));
      }
      part.add(vectors.map((vector) => vector.getItem(row)));
    }
    return new Uint8Array();
  }

  end(): Uint8Array {
    this.#parts.at(-1)?.close();
    const batches = this.#parts.map((part) => part.batch());
    const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
    const content = {
      columns: this.#columns,
      rows,
      partRows: PART_ROWS,
      parts: this.#parts.map(({ digest }) => digest),
    };
    this.#content = { ...content, digest: contentDigestOf(content) };
    return encodeParquet(this.#columns, batches, { facts: factsOf(this.#columns), rowGroupRows: PART_ROWS });
  }
}

/** Rows of one part, column by column. */
class Part {
  readonly #columns: readonly Growing[];
  readonly #digest = new ResultDigest();
  #hex = '';
  rows = 0;

  constructor(columns: readonly StoredColumn[]) {
    this.#columns = columns.map((column) => new Growing(column));
  }

  get digest(): string {
    return this.#hex;
  }

  add(values: readonly unknown[]): void {
    this.#digest.row(values.map((value) => plainText(value)));
    for (const [at, column] of this.#columns.entries()) column.add(this.rows, values[at]);
    this.rows += 1;
  }

  close(): void {
    this.#hex = this.#digest.hex();
  }

  batch(): Batch {
    return {
      stream: '',
      template: '',
      rows: this.rows,
      columns: this.#columns.map((column) => column.take(this.rows)),
    };
  }
}

/** Values of one column of a part. */
class Growing {
  readonly #column: StoredColumn;
  readonly #values: Float64Array | Uint8Array | Uint32Array;
  readonly #dictionary = new Map<string, number>();
  #nulls: Uint8Array | null = null;

  constructor(column: StoredColumn) {
    this.#column = column;
    const { type } = column;
    this.#values =
      type === 'text'
        ? new Uint32Array(PART_ROWS)
        : type === 'boolean'
          ? new Uint8Array(PART_ROWS)
          : new Float64Array(PART_ROWS);
  }

  add(row: number, value: unknown): void {
    if (value === null || value === undefined) {
      this.#nulls ??= new Uint8Array(PART_ROWS);
      this.#nulls[row] = 1;
      if (this.#column.type === 'text') this.#values[row] = this.#codeOf('');
      return;
    }
    this.#values[row] = this.#numberOf(value);
  }

  take(rows: number): NamedColumn {
    const { name, type } = this.#column;
    const nulls = this.#nulls?.subarray(0, rows) ?? null;
    const values = this.#values.subarray(0, rows);
    const data: Column =
      type === 'text'
        ? { type, codes: values as Uint32Array, dictionary: [...this.#dictionary.keys()], nulls }
        : type === 'boolean'
          ? { type, values: values as Uint8Array, nulls }
          : { type, values: values as Float64Array, nulls };
    return { name, data };
  }

  #numberOf(value: unknown): number {
    if (typeof value === 'string') return this.#codeOf(value);
    if (typeof value === 'bigint') return exactly(value, this.#column.name);
    if (value instanceof DuckDBTimestampTZValue) return exactly(value.micros, this.#column.name);
    return Number(value);
  }

  #codeOf(text: string): number {
    const known = this.#dictionary.get(text);
    if (known !== undefined) return known;
    const code = this.#dictionary.size;
    this.#dictionary.set(text, code);
    return code;
  }
}

function exactly(value: bigint, column: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new QueryError('QUERY_UNSUPPORTED', `Cannot freeze column ${column}: it has whole numbers beyond 2^53`, {
    hint: 'Cast them to VARCHAR or DOUBLE',
  });
}

function fieldTypeOf(name: string, type: DuckDBType): FieldType {
  const found = FROZEN_TYPES.get(String(type));
  if (found !== undefined) return found;
  throw new QueryError('QUERY_UNSUPPORTED', `Cannot freeze column ${name}: it is ${String(type)}`, {
    hint: 'Cast it to a number, an integer, a text, a time or a boolean',
  });
}
