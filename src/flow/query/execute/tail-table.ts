import { BOOLEAN, DOUBLE, DuckDBTableFunction, ENUM, VARCHAR } from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBDataChunk, DuckDBType } from '@duckdb/node-api';
import type { Column, ColumnShape, FieldType, NamedColumn } from '#base/core/index.ts';
import { quoteName } from './engine.ts';

/** Rows in memory: the part of a relation that is not sealed yet, or a small table of the platform's own. */
export interface RowsInMemory {
  readonly rows: number;
  /** A column that is missing reads as null. */
  readonly columns: readonly NamedColumn[];
}

/** Rows that a table function hands over per call: DuckDB's vector size. */
const CHUNK_ROWS = 2_048;

/** An enumeration is made anew for each chunk, so beyond this many texts they cost less one by one. */
const MAX_ENUMERATED = 1_000;

/** One column of all parts, ready to be copied chunk by chunk. */
interface Source {
  readonly shape: ColumnShape;
  readonly type: DuckDBType;
  readonly parts: readonly (Column | null)[];
  /** By part, the code in the common dictionary of each code of the part's own. */
  readonly recode: readonly (Uint32Array | null)[];
}

/**
 * Registers a table function that serves rows in memory from their typed arrays, columns on demand.
 *
 * Times and integers go over as doubles and texts as codes of an enumeration where few are distinct, which
 * copies arrays instead of making a value per cell; `tailSelect` turns them back inside the engine.
 */
export function registerTail(
  connection: DuckDBConnection,
  name: string,
  shapes: readonly ColumnShape[],
  parts: readonly RowsInMemory[],
): readonly Source[] {
  const sources = shapes.map((shape) => makeSource(shape, parts));
  const total = parts.reduce((sum, part) => sum + part.rows, 0);
  connection.registerTableFunction(
    DuckDBTableFunction.create({
      name,
      supportsProjectionPushdown: true,
      bindFunction: (info) => {
        for (const source of sources) info.addResultColumn(source.shape.name, source.type);
        info.setCardinality(total, true);
      },
      initFunction: (info) => {
        info.setInitData({ part: 0, row: 0, columns: info.getColumnIndexes() });
        info.setMaxThreads(1);
      },
      mainFunction: (info, chunk) => {
        const cursor = info.initData as Cursor;
        while (cursor.part < parts.length && cursor.row >= (parts[cursor.part]?.rows ?? 0)) {
          cursor.part += 1;
          cursor.row = 0;
        }
        const rows = Math.min(CHUNK_ROWS, (parts[cursor.part]?.rows ?? 0) - cursor.row);
        chunk.rowCount = Math.max(rows, 0);
        if (rows <= 0) return;
        cursor.columns.forEach((index, at) => {
          const source = sources[index];
          if (source !== undefined) copyColumn(source, cursor, rows, chunk, at);
        });
        cursor.row += rows;
      },
    }),
  );
  return sources;
}

interface Cursor {
  part: number;
  row: number;
  readonly columns: readonly number[];
}

/** The query over a registered tail that shows the columns' true types. */
export function tailSelect(name: string, sources: readonly Source[]): string {
  const list = sources.map(({ shape }) => {
    const column = quoteName(shape.name);
    return `${restore(shape.type, column)} AS ${column}`;
  });
  return `SELECT ${list.join(', ')} FROM ${quoteName(name)}()`;
}

function restore(type: FieldType, column: string): string {
  switch (type) {
    case 'time':
      return `make_timestamptz(CAST(${column} AS BIGINT))`;
    case 'integer':
      return `CAST(${column} AS BIGINT)`;
    case 'text':
      return `CAST(${column} AS VARCHAR)`;
    case 'number':
    case 'boolean':
      return column;
  }
}

function makeSource(shape: ColumnShape, parts: readonly RowsInMemory[]): Source {
  const columns = parts.map((part) => {
    const data = part.columns.find(({ name }) => name === shape.name)?.data ?? null;
    return data !== null && data.type === shape.type ? data : null;
  });
  if (shape.type !== 'text') {
    return { shape, type: shape.type === 'boolean' ? BOOLEAN : DOUBLE, parts: columns, recode: [] };
  }
  const codes = new Map<string, number>();
  const recode = columns.map((column) => (column?.type === 'text' ? recodeInto(codes, column.dictionary) : null));
  const texts = [...codes.keys()];
  // The engine takes the values of an enumeration as C strings, which a zero character would cut.
  if (texts.length > MAX_ENUMERATED || texts.some((text) => text.includes('\0'))) {
    return { shape, type: VARCHAR, parts: columns, recode: [] };
  }
  return { shape, type: ENUM(texts.length > 0 ? texts : ['']), parts: columns, recode };
}

/** Codes in the common dictionary; what comes after it is too long for an enumeration does not matter any more. */
function recodeInto(codes: Map<string, number>, dictionary: readonly string[]): Uint32Array {
  const recode = new Uint32Array(dictionary.length);
  for (const [code, text] of dictionary.entries()) {
    if (codes.size > MAX_ENUMERATED) break;
    const known = codes.get(text) ?? codes.size;
    if (known === codes.size) codes.set(text, known);
    recode[code] = known;
  }
  return recode;
}

/** A vector of the engine, of which only these members are used. */
interface Vector {
  readonly items: { [index: number]: number; set(values: ArrayLike<number>): void };
  readonly validity: { setItemValid(index: number, valid: boolean): void };
  setItem(index: number, value: unknown): void;
  flush(): void;
}

function copyColumn(source: Source, cursor: Cursor, rows: number, chunk: DuckDBDataChunk, at: number): void {
  const column = source.parts[cursor.part] ?? null;
  const vector = chunk.getColumnVector(at) as unknown as Vector;
  const { row } = cursor;
  if (column === null) {
    for (let i = 0; i < rows; i++) vector.setItem(i, null);
  } else if (column.type === 'text') {
    copyText(column, source.recode[cursor.part] ?? null, row, rows, vector);
  } else if (column.type === 'boolean') {
    for (let i = 0; i < rows; i++) vector.setItem(i, column.values[row + i] === 1);
  } else {
    vector.items.set(column.values.subarray(row, row + rows));
  }
  if (column !== null && column.nulls !== null) {
    for (let i = 0; i < rows; i++) if (column.nulls[row + i] === 1) vector.setItem(i, null);
  }
  vector.flush();
}

function copyText(
  column: Extract<Column, { type: 'text' }>,
  recode: Uint32Array | null,
  row: number,
  rows: number,
  vector: Vector,
): void {
  if (recode === null) {
    for (let i = 0; i < rows; i++) vector.setItem(i, column.dictionary[column.codes[row + i] ?? 0] ?? '');
    return;
  }
  for (let i = 0; i < rows; i++) vector.items[i] = recode[column.codes[row + i] ?? 0] ?? 0;
}
