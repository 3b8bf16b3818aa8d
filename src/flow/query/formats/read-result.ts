import { DuckDBInstance } from '@duckdb/node-api';
import * as arrow from 'apache-arrow';
import { decodeUtf8, formatMicros, micros, toBase64 } from '#base/core/index.ts';
import { QueryError } from '../errors.ts';
import { quoteText } from '../execute/engine.ts';
import { memberNames } from './json.ts';
import { ResultDigest } from './result-digest.ts';
import type { RowTexts } from './result-digest.ts';
import type { ResultFormat } from './result-format.ts';

/** A result that was kept as a file. */
export interface KeptResult {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly format: ResultFormat;
  /** Names of its columns, in order, as its receipt has them. */
  readonly columns: readonly string[];
}

/**
 * The canonical digest of a kept result, made anew from its rows.
 *
 * @throws {QueryError} QUERY_UNSUPPORTED for tables, which are for people, and for types that cannot be told again from
 *   this format; QUERY_FAILED where the file is not of the format
 */
export async function digestOfResult(kept: KeptResult): Promise<string> {
  try {
    return await READERS[kept.format](kept);
  } catch (cause) {
    if (cause instanceof QueryError) throw cause;
    throw new QueryError('QUERY_FAILED', `Cannot read result: it is not ${kept.format}`, { cause });
  }
}

const READERS: Readonly<Record<ResultFormat, (kept: KeptResult) => Promise<string>>> = {
  table: async () => {
    throw unsupported('a table for people', 'Keep the answer as csv, json, ndjson, arrow or parquet');
  },
  csv: async ({ bytes }) => digestOf(csvRows(decodeUtf8(bytes)).slice(1)),
  ndjson: async ({ bytes, columns }) => {
    const lines = decodeUtf8(bytes).split('\n').slice(0, -1);
    return digestOf(lines.map((line) => memberTexts(parseExactly(line), columns)));
  },
  json: async ({ bytes, columns }) => {
    const { rows } = parseExactly(decodeUtf8(bytes)) as { rows: readonly unknown[] };
    return digestOf(rows.map((row) => memberTexts(row, columns)));
  },
  arrow: async ({ bytes, columns }) => {
    const table = arrow.tableFromIPC(bytes);
    if (table.numCols !== columns.length) throw new TypeError('it has other columns');
    return digestOf(arrowRows(table));
  },
  parquet: ({ path }) => digestOfParquet(path),
};

function digestOf(rows: Iterable<RowTexts>): string {
  const digest = new ResultDigest();
  for (const row of rows) digest.row(row);
  return digest.hex();
}

async function digestOfParquet(path: string): Promise<string> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    const result = await connection.stream(`SELECT * FROM read_parquet(${quoteText(path)})`);
    const digest = new ResultDigest();
    for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk())
      digest.chunk(chunk);
    return digest.hex();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** JSON whose numbers keep their digits: 128-bit integers and decimals have more than a double. */
function parseExactly(text: string): unknown {
  const keep = (_key: string, value: unknown, { source }: { source?: string }): unknown =>
    typeof value === 'number' && source !== undefined ? rawJson(source) : value;
  return (JSON.parse as (text: string, reviver: typeof keep) => unknown)(text, keep);
}

/** @see ECMAScript proposal "JSON.parse source text access" */
function rawJson(source: string): unknown {
  return (JSON as unknown as { rawJSON(source: string): unknown }).rawJSON(source);
}

function memberTexts(row: unknown, columns: readonly string[]): RowTexts {
  const members = row as Readonly<Record<string, unknown>>;
  return memberNames(columns).map((name) => {
    const value = members[name];
    if (value === null) return null;
    if (value === undefined) throw new TypeError('a member is missing');
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

/** Rows of CSV as this platform writes it: an empty field is a null, a quoted one is a text. */
function csvRows(text: string): RowTexts[] {
  const rows: RowTexts[] = [];
  let row: (string | null)[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/y;
  while (field.lastIndex < text.length) {
    const found = field.exec(text);
    if (found === null) throw new TypeError('no field where one should be');
    const [, quoted, plain, end] = found;
    row.push(quoted?.replaceAll('""', '"') ?? (plain === '' ? null : (plain ?? null)));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

function* arrowRows(table: arrow.Table): Iterable<RowTexts> {
  const columns = table.schema.fields.map(({ name, type }, at) => ({
    of: arrowText(name, type as arrow.DataType),
    values: table.getChildAt(at),
  }));
  for (let i = 0; i < table.numRows; i++) {
    yield columns.map(({ of, values }) => {
      const value = values?.get(i) as unknown;
      return value === null || value === undefined ? null : of(value);
    });
  }
}

function arrowText(name: string, type: arrow.DataType): (value: unknown) => string {
  if (arrow.DataType.isBool(type) || arrow.DataType.isInt(type) || arrow.DataType.isFloat(type)) return String;
  if (arrow.DataType.isUtf8(type)) return String;
  if (arrow.DataType.isBinary(type)) return (value) => toBase64(value as Uint8Array);
  if (arrow.DataType.isDecimal(type)) return (value) => decimalText(value as Uint32Array, type.scale);
  if (arrow.DataType.isTimestamp(type) && type.unit === arrow.TimeUnit.MICROSECOND) {
    // The library gives milliseconds with a fraction, exact enough to name the microsecond.
    return (value) => {
      const text = formatMicros(micros(Math.round(Number(value) * 1_000)));
      return type.timezone === null || type.timezone === undefined ? text.replace(/Z$/, '') : text;
    };
  }
  throw unsupported(`column ${name} in Arrow`, 'Compare the bytes that were received, or keep another format');
}

/** Four words, the least first, as a number in two's complement. */
function decimalText(words: Uint32Array, scale: number): string {
  const raw = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
  const value = BigInt.asIntN(128, raw);
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return value < 0n ? `-${text}` : text;
}

function unsupported(what: string, hint: string): QueryError {
  return new QueryError('QUERY_UNSUPPORTED', `Cannot make the digest of a result from ${what}`, { hint });
}
