import type { DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api';
import { QueryError } from '../errors.ts';
import { arrowEncoder } from '../formats/arrow.ts';
import { csvEncoder } from '../formats/csv.ts';
import { FrozenEncoder, frozenTypeOf } from '../formats/frozen.ts';
import { FROZEN_NAME } from '../formats/frozen-piece.ts';
import { jsonEncoder, ndjsonEncoder } from '../formats/json.ts';
import { parquetEncoder } from '../formats/parquet.ts';
import { ResultDigest } from '../formats/result-digest.ts';
import type { ExecutionFormat } from '../formats/result-format.ts';
import { tableEncoder } from '../formats/table.ts';
import { bindParameters } from './bind-parameters.ts';
import { quoteName } from './engine.ts';
import type { Engine } from './engine.ts';
import type { QueryPlan } from './plan.ts';
import type { ColumnNotes, ResultColumn, ResultEncoder, ResultSink } from './result.ts';
import type { StopWatch } from './stop-watch.ts';

/** What was written of a result. */
export interface Written {
  readonly rows: number;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly resultBytes: number;
  readonly digest?: string;
}

/** Encoded rows gather to about so much before they are handed on. */
const WRITE_BYTES = 65_536;
/** No more is handed on at once. */
const MOST_BYTES = 1_048_576;
/** Of a column of which nothing is known. */
export const NO_NOTES: ColumnNotes = { class: null, unit: null };
const NO_COLUMNS: readonly ResultColumn[] = [];

/** Writes what statements give, one after the other, as one result. */
export class ResultWriter {
  readonly #plan: QueryPlan;
  readonly #format: ExecutionFormat;
  readonly #sink: ResultSink;
  readonly #stop: StopWatch;
  readonly #digest: ResultDigest | null;
  #columns = NO_COLUMNS;
  #encoder: ResultEncoder | null = null;
  #rows = 0;
  #bytes = 0;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;

  constructor(plan: QueryPlan, format: ExecutionFormat, sink: ResultSink, stop: StopWatch) {
    this.#plan = plan;
    this.#format = format;
    this.#sink = sink;
    this.#stop = stop;
    this.#digest = plan.digested === true ? new ResultDigest() : null;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Runs a statement and writes its rows behind those that were written. */
  async take(engine: Engine, sql: string): Promise<void> {
    const asked = this.#format === 'frozen' ? await frozenSelect(engine, sql) : sql;
    const { values, types } = bindParameters(this.#plan.parameters);
    const result = await engine.connection.stream(asked, values, types);
    const encoder = this.#encoder ?? (await this.#begin(result));
    // The engine works out the next rows while these are written.
    let next = fetch(result);
    try {
      for (;;) {
        const chunk = await next;
        this.#stop.check();
        if (chunk === null || chunk.rowCount === 0) return;
        this.#rows += chunk.rowCount;
        if (this.#rows > this.#plan.limits.rows) throw tooManyRows(this.#plan);
        next = fetch(result);
        this.#digest?.chunk(chunk);
        await this.#put(encoder.chunk(chunk), WRITE_BYTES);
      }
    } catch (error) {
      engine.connection.interrupt();
      throw error;
    } finally {
      // The process would crash if the engine went from under it.
      await next.catch(() => undefined);
    }
  }

  /** @throws {TypeError} where nothing was run */
  async end(): Promise<Written> {
    const encoder = this.#encoder;
    if (encoder === null) throw new TypeError('a result is what a statement gave');
    await this.#put(encoder.end(), 1);
    return {
      rows: this.#rows,
      columns: this.#columns.map(({ name, type }) => ({ name, type: String(type) })),
      resultBytes: this.#bytes,
      ...(this.#digest === null ? {} : { digest: this.#digest.hex() }),
    };
  }

  async #begin(result: DuckDBResult): Promise<ResultEncoder> {
    this.#columns = describe(result, this.#plan);
    this.#encoder = makeEncoder(this.#format, this.#columns, this.#plan);
    await this.#put(this.#encoder.begin(), WRITE_BYTES);
    return this.#encoder;
  }

  /** Hands on what there is once it is so many bytes. */
  async #put(part: Uint8Array, from: number): Promise<void> {
    if (part.length > 0) this.#pending.push(part);
    this.#pendingBytes += part.length;
    if (this.#pendingBytes < from) return;
    this.#bytes += this.#pendingBytes;
    const all = this.#pending.length === 1 && this.#pending[0] !== undefined ? this.#pending[0] : Buffer.concat(this.#pending); // prettier-ignore
    this.#pending = [];
    this.#pendingBytes = 0;
    for (let at = 0; at < all.length; at += MOST_BYTES) {
      await this.#stop.within(this.#sink.write(all.subarray(at, at + MOST_BYTES)));
    }
  }
}

/** The next rows; a failure waits to be heard of. */
function fetch(result: DuckDBResult): Promise<DuckDBDataChunk | null> {
  const chunk = result.fetchChunk();
  chunk.catch(() => undefined);
  return chunk;
}

export function tooManyRows({ limits: { rows, rowsBy } }: Pick<QueryPlan, 'limits'>): QueryError {
  const limit = rowsBy ?? 'query-rows';
  return new QueryError('QUERY_ROW_LIMIT', `Cannot finish statement: its result has more than ${rows} rows`, {
    hint: `add a LIMIT, or aggregate; ${limit} under limits: of the template says how many there may be`,
  });
}

/** The column by which rows are ordered first, where there is one. */
const FIRST_BY = 'time';

/**
 * The statement in the types that datasets have, its rows in an order of their own, so that the same rows are the same
 * dataset: by `time` where there is such a column, then by all others from the first on. Each name is there once.
 */
async function frozenSelect(engine: Engine, sql: string): Promise<string> {
  const prepared = await engine.connection.prepare(sql);
  const names = new Set<string>();
  const order: number[] = [];
  const list = Array.from({ length: prepared.columnCount }, (_, i) => {
    const name = prepared.columnName(i);
    const type = String(prepared.columnType(i));
    const frozen = frozenTypeOf(type);
    const why = names.has(name.toLowerCase()) ? 'its name is there twice' : `it is ${type}`;
    if (frozen === null || names.has(name.toLowerCase()) || !FROZEN_NAME.test(name)) {
      throw new QueryError('QUERY_UNSUPPORTED', `Cannot freeze column ${name}: ${why}`, {
        hint: 'Give each column a name of letters, digits and underscores with AS, and cast it to a number, text, time or boolean',
      });
    }
    names.add(name.toLowerCase());
    if (name.toLowerCase() === FIRST_BY && frozen === 'TIMESTAMP WITH TIME ZONE') order.unshift(i + 1);
    else order.push(i + 1);
    return `CAST(c${i} AS ${frozen}) AS ${quoteName(name)}`;
  });
  const from = Array.from({ length: prepared.columnCount }, (_, i) => `c${i}`).join(', ');
  return `SELECT ${list.join(', ')} FROM (${sql}) AS r(${from}) ORDER BY ${order.join(', ')}`;
}

function makeEncoder(format: ExecutionFormat, columns: readonly ResultColumn[], plan: QueryPlan): ResultEncoder {
  switch (format) {
    case 'table':
      return tableEncoder(columns);
    case 'csv':
      return csvEncoder(columns);
    case 'json':
      return jsonEncoder(columns, plan.notes);
    case 'ndjson':
      return ndjsonEncoder(columns);
    case 'arrow':
      return arrowEncoder(columns, plan.notes);
    case 'frozen':
      return new FrozenEncoder(columns, plan.pieces);
    case 'parquet':
      return parquetEncoder(columns, plan.notes);
  }
}

function describe(result: DuckDBResult, plan: QueryPlan): readonly ResultColumn[] {
  return result.columnNames().map((name, i) => ({
    name,
    type: result.columnType(i),
    notes: plan.columnNotes[i] ?? NO_NOTES,
  }));
}
