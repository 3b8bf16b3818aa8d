import type { DuckDBType, DuckDBVector } from '@duckdb/node-api';
import type { Batch, Column, FieldType, NamedColumn } from '#base/core/index.ts';
import type { StoredColumn } from '#flow/store/index.ts';
import { QueryError } from '../errors.ts';
import type { ResultColumn } from '../execute/result.ts';
import { copyBooleans, copyNumbers, copyTexts, markNulls } from './vector-values.ts';
import type { Rows } from './vector-values.ts';

/** Rows of a part, which is a row group of the file too. */
export const PART_ROWS = 65_536;

/** Types that a stored column can have, by what the engine calls what it casts to. */
const FIELD_TYPES: ReadonlyMap<string, FieldType> = new Map([
  ['DOUBLE', 'number'],
  ['BIGINT', 'integer'],
  ['BOOLEAN', 'boolean'],
  ['VARCHAR', 'text'],
  ['TIMESTAMP WITH TIME ZONE', 'time'],
]);

/** Columns of a result as stored ones. @throws {QueryError} QUERY_UNSUPPORTED for a type that none can have */
export function storedColumns(columns: readonly ResultColumn[]): readonly StoredColumn[] {
  return columns.map(({ name, type, notes }) => ({
    name,
    type: fieldTypeOf(name, type),
    nullable: true,
    class: notes.class ?? 'secret',
    unit: notes.unit,
  }));
}

/** Rows of one part of a result, column by column. */
export class ColumnPart {
  readonly #columns: readonly Growing[];
  #rows = 0;

  constructor(columns: readonly StoredColumn[]) {
    this.#columns = columns.map((column) => new Growing(column));
  }

  get rows(): number {
    return this.#rows;
  }

  get room(): number {
    return PART_ROWS - this.#rows;
  }

  /** Takes rows of a chunk, no more than there is room for. */
  add(vectors: readonly DuckDBVector[], from: number, to: number): void {
    for (const [at, column] of this.#columns.entries()) column.add(this.#rows, { vector: vectors[at]!, from, to });
    this.#rows += to - from;
  }

  batch(): Batch {
    return {
      stream: '',
      template: '',
      rows: this.#rows,
      columns: this.#columns.map((column) => column.take(this.#rows)),
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

  add(at: number, rows: Rows): void {
    this.#nulls = markNulls(rows, this.#nulls, at, () => new Uint8Array(PART_ROWS));
    const [values, nulls] = [this.#values, this.#nulls];
    if (values instanceof Uint32Array) copyTexts(rows, values, at, nulls, (text) => this.#codeOf(text));
    else if (values instanceof Uint8Array) copyBooleans(rows, values, at);
    else if (!copyNumbers(rows, values, at, nulls)) throw inexact(this.#column.name);
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

  #codeOf(text: string): number {
    const known = this.#dictionary.get(text);
    if (known !== undefined) return known;
    const code = this.#dictionary.size;
    this.#dictionary.set(text, code);
    return code;
  }
}

function inexact(column: string): QueryError {
  return new QueryError('QUERY_UNSUPPORTED', `Cannot freeze column ${column}: it has whole numbers beyond 2^53`, {
    hint: 'Cast them to VARCHAR or DOUBLE',
  });
}

function fieldTypeOf(name: string, type: DuckDBType): FieldType {
  const found = FIELD_TYPES.get(String(type));
  if (found !== undefined) return found;
  throw new QueryError('QUERY_UNSUPPORTED', `Cannot freeze column ${name}: it is ${String(type)}`, {
    hint: 'Cast it to a number, an integer, a text, a time or a boolean',
  });
}
