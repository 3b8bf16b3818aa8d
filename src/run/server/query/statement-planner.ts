import { bytes, millis } from '#base/core/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { EngineLimits, PreparedStatement, QueryPlan, Relations } from '#flow/query/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import type { Caller } from '../api/caller.ts';
import type { QueryRequest } from '../api/services.ts';
import type { DataDirectory } from '../data-directory.ts';
import { readData, readObjects } from './query-data.ts';
import type { QueryDataParts } from './query-data.ts';

export interface StatementPlannerParts extends Omit<QueryDataParts, 'objects'> {
  readonly layout: Pick<DataDirectory, 'objects'>;
  readonly keys: QueryDataParts['keys'] & Pick<KeyRing, 'digestKey'>;
  readonly template: () => Template;
  /** Seals what waits of a stream, so that an answer is made from segments alone. */
  readonly seal: (stream: string) => Promise<void>;
  /** What answers from streams lack for the time being, in words; such as readings behind damage in the journal. */
  readonly missing: () => readonly string[];
}

export const ENGINE_THREADS = 2;

/** Finds what an admitted statement reads, and writes the plan that its process runs. */
export class StatementPlanner {
  readonly #parts: StatementPlannerParts;
  readonly #relations: () => Relations;

  /** @param relations those of the template in force */
  constructor(parts: StatementPlannerParts, relations: () => Relations) {
    this.#parts = parts;
    this.#relations = relations;
  }

  /** Everything that the process needs for one statement, and nothing more. */
  async plan(
    caller: Caller,
    request: QueryRequest,
    statement: PreparedStatement,
    purpose: string | null,
    shown: QueryDataParts['shown'],
  ) {
    const { layout, keys } = this.#parts;
    const { limits } = this.#parts.template();
    const use = { actor: caller.actor, ...(purpose === null ? {} : { purpose }) };
    const sealedOnly = request.receipt === true;
    if (sealedOnly) await this.#seal(statement);
    const parts = { ...this.#parts, objects: layout.objects, sealedOnly, shown };
    const { over } = request;
    const data =
      over === undefined
        ? await readData(statement.reads, this.#relations(), use, parts)
        : readObjects(statement.reads, over, { ...use, resource: over.resource }, parts);
    const plan: QueryPlan = {
      ast: statement.ast,
      veiled: statement.veiled,
      explain: statement.explain,
      relations: data.relations,
      parameters: request.parameters,
      limits: {
        time: millis(limits.queryTime),
        rows: limits.queryRows,
        ...(over?.inParts === true ? datasetLimits(this.#parts.template()) : {}),
        ...engineLimits(this.#parts.template()),
      },
      ...(data.slices === undefined ? {} : { slices: data.slices }),
      maskKey: (await keys.digestKey('mask')).key.exportBytes(),
      columnNotes: statement.columnNotes,
      notes: { purpose, ...over?.notes },
      ...(sealedOnly ? { digested: true } : {}),
    };
    return { plan, keys: data.keys, ended: data.ended, segments: data.segments };
  }

  /** What an answer lacks for the time being, in words. */
  missing({ reads }: PreparedStatement): readonly string[] {
    const readsStream = reads.some(({ relation }) => this.#relations().get(relation)?.kind === 'stream');
    return readsStream ? this.#parts.missing() : [];
  }

  /** Has all that a statement may read in segments: what came until now is sealed, and what comes later waits. */
  async #seal({ reads }: PreparedStatement): Promise<void> {
    for (const { relation } of reads) {
      if (this.#relations().get(relation)?.kind === 'stream') await this.#parts.seal(relation);
    }
  }
}

/** What the engine of one process may take. */
export function engineLimits({ limits }: Template): EngineLimits {
  return { memory: bytes(limits.queryMemoryBytes), threads: ENGINE_THREADS };
}

/** What making a dataset, or reading it, may take where an answer may take less. */
export function datasetLimits({ limits }: Template): Pick<QueryPlan['limits'], 'time' | 'rows' | 'rowsBy'> {
  return { time: millis(limits.datasetTime), rows: limits.datasetRows, rowsBy: 'dataset-rows' };
}
