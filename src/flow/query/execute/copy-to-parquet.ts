import { readSync } from 'node:fs';
import { resultFacts } from '../formats/arrow.ts';
import { ResultDigest } from '../formats/result-digest.ts';
import { bindParameters } from './bind-parameters.ts';
import { quoteName, quoteText } from './engine.ts';
import type { Engine } from './engine.ts';
import type { QueryPlan } from './plan.ts';
import type { ResultSink } from './result.ts';
import { NO_NOTES, tooManyRows } from './result-writer.ts';
import type { Written } from './result-writer.ts';
import type { StopWatch } from './stop-watch.ts';

export interface CopyRun {
  readonly engine: Engine;
  readonly sql: string;
  readonly plan: QueryPlan;
  readonly sink: ResultSink;
  readonly stop: StopWatch;
}

/**
 * Has the engine write a result as Parquet into an open file that it may write, and sends that on: its footer is at its end
 * and its sizes within.
 *
 * @param fd of an unnamed file
 */
export async function copyToParquet({ engine, sql, plan, sink, stop }: CopyRun, fd: number): Promise<Written> {
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
