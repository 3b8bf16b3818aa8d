import { closeSync, readSync } from 'node:fs';
import type { DuckDBResult } from '@duckdb/node-api';
import { PlatformError } from '#base/core/index.ts';
import { arrowEncoder, resultFacts } from '../formats/arrow.ts';
import { csvEncoder } from '../formats/csv.ts';
import { ResultDigest } from '../formats/result-digest.ts';
import { jsonEncoder, ndjsonEncoder } from '../formats/json.ts';
import { FrozenEncoder, frozenTypeOf } from '../formats/frozen.ts';
import type { FrozenContent } from '../formats/frozen.ts';
import type { ExecutionFormat } from '../formats/result-format.ts';
import { tableEncoder } from '../formats/table.ts';
import { QueryError } from '../errors.ts';
import { bindParameters } from './bind-parameters.ts';
import type { EngineStock } from './engine-stock.ts';
import { Engine, quoteName, quoteText } from './engine.ts';
import { explainEngineError } from './engine-error.ts';
import type { StopReason } from './engine-error.ts';
import { registerMask } from './mask-function.ts';
import { leaseRelations, openRelations } from './open-relations.ts';
import type { QueryPlan } from './plan.ts';
import { Recent } from './recent.ts';
import { rebuildStatement } from './rebuild-statement.ts';
import type { ColumnNotes, ResultColumn, ResultEncoder, ResultSink } from './result.ts';
import { openUnnamed } from './segment-files.ts';
import type { AskKeys, OpeningCost, SegmentFiles } from './segment-files.ts';
import { sightOpener } from './token-sight.ts';

/** What a statement runs with besides its plan. */
export interface ExecuteParts {
  /** Opened columns of segments. */
  readonly files: SegmentFiles;
  readonly askKeys: AskKeys;
  /** Where a process runs one statement after the other: keeps the next engine ready. */
  readonly engines?: EngineStock | null;
  /** Texts of gated trees that were written out and read back before. */
  readonly rebuilt?: Recent<string>;
}

/** What came of a statement that ran to its end. */
export interface QuerySummary extends OpeningCost {
  readonly rows: number;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Bytes of the result in its format. */
  readonly resultBytes: number;
  readonly milliseconds: number;
  /** The canonical digest of the rows, where the plan asks for it. */
  readonly digest?: string;
  /** What a frozen result is committed to. */
  readonly frozen?: FrozenContent;
}

/** How often a statement that is to stop is told so again: it may have been between two tasks. */
const INTERRUPT_EVERY_MS = 20;
/** Encoded rows gather to about so much before they are handed on. */
const WRITE_BYTES = 65_536;

const NO_NOTES: ColumnNotes = { class: null, unit: null };

/**
 * Runs a gated statement in a fresh engine and writes its result.
 *
 * In order: the statement is written out and read back, granted columns are opened, the engine is shut off from
 * everything else, then it runs. Nothing of it remains but opened columns in `files`.
 *
 * @param signal stops the statement within milliseconds
 * @throws {QueryError} QUERY_FAILED, QUERY_TIME_LIMIT, QUERY_MEMORY_LIMIT, QUERY_ROW_LIMIT, QUERY_CANCELLED,
 *   QUERY_PARAMETERS or QUERY_UNSUPPORTED; the sink may have got a part by then
 */
export async function executePlan(
  plan: QueryPlan,
  format: ExecutionFormat,
  { files, askKeys, engines = null, rebuilt = new Recent(0) }: ExecuteParts,
  sink: ResultSink,
  signal: AbortSignal,
): Promise<QuerySummary> {
  const started = performance.now();
  const stop = new StopWatch(signal, plan.limits.time);
  let engine: Engine | null = null;
  let lease: Awaited<ReturnType<typeof leaseRelations>> | null = null;
  try {
    stop.check();
    const taken = await (engines === null ? Engine.open(plan.limits) : engines.take(plan.limits));
    engine = taken;
    stop.watch(taken);
    const sql = await rebuilt.get(plan.ast, () => rebuildStatement(taken, plan.ast));
    const openSights = sightOpener();
    lease = await leaseRelations(files, plan.explain ? [] : plan.relations, askKeys, stop.signal, openSights);
    registerMask(engine.connection, plan.maskKey);
    await openRelations(engine, plan.explain ? withoutRows(plan) : plan.relations, lease, openSights);
    const output = format === 'parquet' ? openUnnamed('/dev/shm') : null;
    try {
      const target = output === null ? [] : [`/proc/self/fd/${output}`];
      await engine.lockDown([...lease.files.map(({ path }) => path), ...target]);
      const asked = format === 'frozen' ? await frozenSelect(engine, sql) : sql;
      const run = { engine, sql: plan.explain ? `EXPLAIN ${sql}` : asked, plan, sink, stop };
      const written = output === null ? await stream(run, format) : await copyToParquet(run, output);
      return { ...written, ...lease.cost, milliseconds: performance.now() - started };
    } finally {
      if (output !== null) closeSync(output);
    }
  } catch (error) {
    // What is known already, such as a key that was destroyed, is no matter of the engine.
    if (stop.reason === null && error instanceof PlatformError) throw error;
    throw explainEngineError(error, stop.reason, plan.veiled);
  } finally {
    stop.end();
    if (engine !== null && engines !== null) engines.giveBack(engine, plan.limits, plan.handedOn);
    else engine?.close();
    lease?.release();
  }
}

interface Run {
  readonly engine: Engine;
  readonly sql: string;
  readonly plan: QueryPlan;
  readonly sink: ResultSink;
  readonly stop: StopWatch;
}

type Written = Pick<QuerySummary, 'rows' | 'columns' | 'resultBytes' | 'digest' | 'frozen'>;

async function stream({ engine, sql, plan, sink, stop }: Run, format: ExecutionFormat): Promise<Written> {
  const { values, types } = bindParameters(plan.parameters);
  const result = await engine.connection.stream(sql, values, types);
  const columns = describe(result, plan);
  const encoder = makeEncoder(format, columns, plan);
  const digest = plan.digested === true ? new ResultDigest() : null;
  let rows = 0;
  let resultBytes = 0;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  const put = async (part: Uint8Array, flush: boolean): Promise<void> => {
    if (part.length > 0) pending.push(part);
    pendingBytes += part.length;
    if (pendingBytes < (flush ? 1 : WRITE_BYTES)) return;
    resultBytes += pendingBytes;
    const all = pending.length === 1 && pending[0] !== undefined ? pending[0] : Buffer.concat(pending);
    pending = [];
    pendingBytes = 0;
    await stop.within(sink.write(all));
  };
  await put(encoder.begin(), false);
  for (;;) {
    const chunk = await result.fetchChunk();
    stop.check();
    if (chunk === null || chunk.rowCount === 0) break;
    rows += chunk.rowCount;
    if (rows > plan.limits.rows) throw tooManyRows(plan);
    digest?.chunk(chunk);
    await put(encoder.chunk(chunk), false);
  }
  await put(encoder.end(), true);
  const described = columns.map(({ name, type }) => ({ name, type: String(type) }));
  return {
    rows,
    columns: described,
    resultBytes,
    ...(digest === null ? {} : { digest: digest.hex() }),
    ...(encoder instanceof FrozenEncoder ? { frozen: encoder.content } : {}),
  };
}

/**
 * The statement in the types that datasets have, its rows in an order of their own, so that the same rows are the same
 * dataset. Each name is there once.
 */
async function frozenSelect(engine: Engine, sql: string): Promise<string> {
  const prepared = await engine.connection.prepare(sql);
  const names = new Set<string>();
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
    return `CAST(c${i} AS ${frozen}) AS ${quoteName(name)}`;
  });
  const from = Array.from({ length: prepared.columnCount }, (_, i) => `c${i}`).join(', ');
  return `SELECT ${list.join(', ')} FROM (${sql}) AS r(${from}) ORDER BY ALL`;
}

/** Keys of columns go by their names, and dots would join them. */
const FROZEN_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** Parquet has its footer at the end and its sizes within: DuckDB writes it into a file in memory, which is sent on. */
async function copyToParquet({ engine, sql, plan, sink, stop }: Run, fd: number): Promise<Written> {
  const prepared = await engine.connection.prepare(sql);
  const columns = Array.from({ length: prepared.columnCount }, (_, i) => ({
    name: prepared.columnName(i),
    type: String(prepared.columnType(i)),
  }));
  const limited = `${parquetSelect(sql, columns)} LIMIT ${plan.limits.rows + 1}`;
  const facts = parquetFacts(
    plan,
    columns.map(({ name }) => name),
  );
  const { values, types } = bindParameters(plan.parameters);
  const copy = await engine.connection.run(
    `COPY (${limited}) TO '/proc/self/fd/${fd}' (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false, KV_METADATA ${facts})`,
    values,
    types,
  );
  const rows = copy.rowsChanged;
  if (rows > plan.limits.rows) throw tooManyRows(plan);
  const buffer = Buffer.alloc(262_144);
  let at = 0;
  for (;;) {
    const length = readSync(fd, buffer, 0, buffer.length, at);
    if (length === 0) break;
    at += length;
    await stop.within(sink.write(new Uint8Array(buffer.subarray(0, length))));
  }
  const digest = plan.digested === true ? await digestOfFile(engine, fd, stop) : null;
  return { rows, columns, resultBytes: at, ...(digest === null ? {} : { digest }) };
}

/** Rows of a Parquet file, read back: they were never in this process as values. */
async function digestOfFile(engine: Engine, fd: number, stop: StopWatch): Promise<string> {
  const digest = new ResultDigest();
  const result = await engine.connection.stream(`SELECT * FROM read_parquet('/proc/self/fd/${fd}')`);
  for (;;) {
    const chunk = await result.fetchChunk();
    stop.check();
    if (chunk === null || chunk.rowCount === 0) return digest.hex();
    digest.chunk(chunk);
  }
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
      return new FrozenEncoder(columns);
    case 'parquet':
      throw new TypeError('Parquet is written by the engine');
  }
}

function describe(result: DuckDBResult, plan: QueryPlan): readonly ResultColumn[] {
  return result.columnNames().map((name, i) => ({
    name,
    type: result.columnType(i),
    notes: plan.columnNotes[i] ?? NO_NOTES,
  }));
}

/**
 * The statement with what a Parquet file needs: each name once, and 128-bit integers, such as sums of integers, as
 * decimals, for DuckDB would round them to doubles.
 */
function parquetSelect(sql: string, columns: readonly { readonly name: string; readonly type: string }[]): string {
  const seen = new Map<string, number>();
  const list = columns.map(({ name, type }, i) => {
    const count = seen.get(name.toLowerCase()) ?? 0;
    seen.set(name.toLowerCase(), count + 1);
    const value = type === 'HUGEINT' ? `CAST(c${i} AS DECIMAL(38, 0))` : `c${i}`;
    return `${value} AS ${quoteName(count === 0 ? name : `${name}:${count}`)}`;
  });
  return `SELECT ${list.join(', ')} FROM (${sql}) AS r(${columns.map((_, i) => `c${i}`).join(', ')})`;
}

/** Key-value metadata of a Parquet result: the purpose, and class and unit of each column. */
function parquetFacts(plan: QueryPlan, names: readonly string[]): string {
  const columns = names.map((name, i) => ({ name, ...(plan.columnNotes[i] ?? NO_NOTES) }));
  const facts = [
    ...resultFacts({ ...plan.notes, purpose: plan.notes.purpose ?? '' }),
    ['weir.columns', JSON.stringify(columns)],
  ];
  return `{${facts.map(([key = '', value = '']) => `${quoteText(key)}: ${quoteText(value)}`).join(', ')}}`;
}

function withoutRows(plan: QueryPlan): QueryPlan['relations'] {
  return plan.relations.map((relation) => ({ ...relation, segments: [], tail: [] }));
}

function tooManyRows(plan: QueryPlan): QueryError {
  return new QueryError(
    'QUERY_ROW_LIMIT',
    `Cannot finish statement: its result has more than ${plan.limits.rows} rows`,
    {
      hint: 'add a LIMIT, or aggregate',
    },
  );
}

/** Stops a statement when its time is over or its caller leaves. */
class StopWatch {
  readonly #caller: AbortSignal;
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #onAbort = (): void => this.#stop('caller');
  readonly #stopped = Promise.withResolvers<void>();
  #repeat: NodeJS.Timeout | null = null;
  #engine: Engine | null = null;
  reason: StopReason = null;

  constructor(caller: AbortSignal, time: number) {
    this.#caller = caller;
    this.#timer = setTimeout(() => this.#stop('time'), time);
    caller.addEventListener('abort', this.#onAbort, { once: true });
    if (caller.aborted) this.#stop('caller');
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  watch(engine: Engine): void {
    this.#engine = engine;
  }

  check(): void {
    this.#abort.signal.throwIfAborted();
  }

  /** Waits for a part to be taken, but no longer than the statement may run: who takes nothing holds nothing up. */
  async within(taken: void | Promise<void>): Promise<void> {
    await Promise.race([taken, this.#stopped.promise]);
    this.check();
  }

  end(): void {
    clearTimeout(this.#timer);
    if (this.#repeat !== null) clearInterval(this.#repeat);
    this.#caller.removeEventListener('abort', this.#onAbort);
  }

  #stop(reason: 'time' | 'caller'): void {
    if (this.reason !== null) return;
    this.reason = reason;
    this.#abort.abort();
    this.#stopped.resolve();
    this.#engine?.connection.interrupt();
    this.#repeat = setInterval(() => this.#engine?.connection.interrupt(), INTERRUPT_EVERY_MS);
  }
}
