import { closeSync } from 'node:fs';
import { PlatformError } from '#base/core/index.ts';
import type { ExecutionFormat } from '../formats/result-format.ts';
import { copyToParquet } from './copy-to-parquet.ts';
import type { EngineStock } from './engine-stock.ts';
import { Engine } from './engine.ts';
import { explainEngineError, isOutOfMemory } from './engine-error.ts';
import { registerMask } from './mask-function.ts';
import { leaseRelations, openRelations } from './open-relations.ts';
import type { PlannedRelation, QueryPlan, TimeWindow } from './plan.ts';
import { Recent } from './recent.ts';
import { rebuildStatement } from './rebuild-statement.ts';
import type { ResultSink } from './result.ts';
import { ResultWriter } from './result-writer.ts';
import { openUnnamed } from './segment-files.ts';
import type { AskKeys, OpeningCost, SegmentFiles } from './segment-files.ts';
import { StopWatch } from './stop-watch.ts';
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
}

/**
 * Runs a gated statement in a fresh engine and writes its result.
 *
 * In order: the statement is written out and read back, granted columns are opened, the engine is shut off from
 * everything else, then it runs. Nothing of it remains but opened columns in `files`. A plan of several slices is run once
 * for each, and their rows are one result.
 *
 * @param signal stops the statement within milliseconds
 * @throws {QueryError} QUERY_FAILED, QUERY_TIME_LIMIT, QUERY_MEMORY_LIMIT, QUERY_ROW_LIMIT, QUERY_CANCELLED,
 *   QUERY_PARAMETERS or QUERY_UNSUPPORTED; the sink may have got a part by then
 */
export async function executePlan(
  plan: QueryPlan,
  format: ExecutionFormat,
  parts: ExecuteParts,
  sink: ResultSink,
  signal: AbortSignal,
): Promise<QuerySummary> {
  const started = performance.now();
  const stop = new StopWatch(signal, plan.limits.time);
  const cost = { bytesRead: 0, bytesOpened: 0, bytesReused: 0 };
  const at = { plan, parts, stop, cost };
  try {
    const written =
      plan.slices !== undefined
        ? await writeSlices(at, plan.slices, format, sink)
        : format === 'parquet'
          ? await writeParquet(at, sink)
          : await writeWhole(at, format, sink);
    return { ...written, ...cost, milliseconds: performance.now() - started };
  } catch (error) {
    // What is known already, such as a key that was destroyed, is no matter of the engine.
    if (stop.reason === null && error instanceof PlatformError) throw error;
    throw explainEngineError(error, stop.reason, plan.veiled);
  } finally {
    stop.end();
  }
}

interface At {
  readonly plan: QueryPlan;
  readonly parts: ExecuteParts;
  readonly stop: StopWatch;
  readonly cost: { bytesRead: number; bytesOpened: number; bytesReused: number };
}

type Written = Pick<QuerySummary, 'rows' | 'columns' | 'resultBytes' | 'digest'>;

/** Opens some relations in a fresh engine, shuts it off, and has the statement run there. */
async function withEngine<T>(
  { plan, parts, stop, cost }: At,
  relations: readonly PlannedRelation[],
  output: number | null,
  run: (engine: Engine, sql: string) => Promise<T>,
): Promise<T> {
  const { files, askKeys, engines = null, rebuilt = new Recent(0) } = parts;
  let engine: Engine | null = null;
  let lease: Awaited<ReturnType<typeof leaseRelations>> | null = null;
  try {
    stop.check();
    const taken = await (engines === null ? Engine.open(plan.limits) : engines.take(plan.limits));
    engine = taken;
    stop.watch(taken);
    const sql = await rebuilt.get(plan.ast, () => rebuildStatement(taken, plan.ast));
    const openSights = sightOpener();
    lease = await leaseRelations(files, plan.explain ? [] : relations, askKeys, stop.signal, openSights);
    for (const key of ['bytesRead', 'bytesOpened', 'bytesReused'] as const) cost[key] += lease.cost[key];
    registerMask(engine.connection, plan.maskKey);
    await openRelations(engine, plan.explain ? withoutRows(relations) : relations, lease, openSights);
    const target = output === null ? [] : [`/proc/self/fd/${output}`];
    await engine.lockDown([...lease.files.map(({ path }) => path), ...target]);
    return await run(engine, plan.explain ? `EXPLAIN ${sql}` : sql);
  } finally {
    stop.watch(null);
    if (engine !== null && engines !== null) engines.giveBack(engine, plan.limits, plan.handedOn);
    else engine?.close();
    lease?.release();
  }
}

async function writeWhole(at: At, format: ExecutionFormat, sink: ResultSink): Promise<Written> {
  const writer = new ResultWriter(at.plan, format, sink, at.stop);
  // To its end in here: most answers are one part, and whoever waits for it would wait for the engine to be taken down.
  return withEngine(at, at.plan.relations, null, async (engine, sql) => {
    await writer.take(engine, sql);
    return writer.end();
  });
}

/** One slice after the other into one result; one that outgrows its memory is halved. */
async function writeSlices(
  at: At,
  slices: readonly (readonly PlannedRelation[])[],
  format: ExecutionFormat,
  sink: ResultSink,
): Promise<Written> {
  const writer = new ResultWriter(at.plan, format, sink, at.stop);
  const waiting = [...slices];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const before = writer.rows;
    try {
      await withEngine(at, next, null, (engine, sql) => writer.take(engine, sql));
    } catch (error) {
      const halves = at.stop.reason === null && isOutOfMemory(error) ? halvesOf(next) : null;
      // What was written cannot be taken back.
      if (halves === null || writer.rows > before) throw error;
      waiting.unshift(...halves);
    }
  }
  return writer.end();
}

/** Parquet has its footer at the end and its sizes within: DuckDB writes it into a file in memory, which is sent on. */
async function writeParquet(at: At, sink: ResultSink): Promise<Written> {
  const output = openUnnamed('/dev/shm');
  try {
    const { plan, stop } = at;
    return await withEngine(at, plan.relations, output, (engine, sql) =>
      copyToParquet({ engine, sql, plan, sink, stop }, output),
    );
  } finally {
    closeSync(output);
  }
}

/** A slice of half the span of time, and the rest; null where it has none that can be halved. */
function halvesOf(slice: readonly PlannedRelation[]): readonly (readonly PlannedRelation[])[] | null {
  const { from, to } = slice.find(({ window }) => window !== undefined)?.window ?? { from: null, to: null };
  if (from === null || to === null || to - from < 2) return null;
  const middle = Math.floor((from + to) / 2);
  const within = (window: TimeWindow) =>
    slice.map((relation) => (relation.window === undefined ? relation : { ...relation, window }));
  return [within({ from, to: middle }), within({ from: middle, to })];
}

function withoutRows(relations: readonly PlannedRelation[]): readonly PlannedRelation[] {
  return relations.map((relation) => ({ ...relation, segments: [], tail: [] }));
}
