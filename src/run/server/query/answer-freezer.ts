import { stricterClass } from '#base/core/index.ts';
import type { Class } from '#base/core/index.ts';
import type { Template } from '#declare/template/index.ts';
import {
  changingPart,
  FrozenPieces,
  keptColumns,
  namedRelations,
  PIECE_LIMITS,
  QueryError,
  slicedByTime,
} from '#flow/query/index.ts';
import type {
  ColumnNotes,
  FrozenContent,
  FrozenPiece,
  PieceLimits,
  PlannedRelation,
  PreparedStatement,
  QueryPlan,
} from '#flow/query/index.ts';
import type { Segment } from '#flow/store/index.ts';
import type { Caller } from '../api/caller.ts';
import type { QueryRequest } from '../api/services.ts';
import { CheckThread } from './check-thread.ts';
import type { OwnQuestions } from './own-questions.ts';
import { PieceLine } from './piece-line.ts';
import type { QueryAccess } from './query-access.ts';
import type { QueryPool } from './query-pool.ts';
import type { QueryProcess, RunPorts } from './query-process.ts';
import { sliceByTime } from './slice-by-time.ts';
import { decidedAbout } from './statement-admission.ts';
import type { StatementAdmission } from './statement-admission.ts';
import { datasetLimits } from './statement-planner.ts';
import type { StatementPlanner } from './statement-planner.ts';

/** An answer that the platform keeps, and what it was made from. */
export interface Frozen {
  readonly content: FrozenContent;
  /** By relation, the columns that stand in it as they are: see `keptColumns`. */
  readonly kept: Readonly<Record<string, readonly string[]>>;
  readonly statement: PreparedStatement;
  readonly purpose: string | null;
  /** Of the statement's normal form. */
  readonly digest: string;
  readonly access: QueryAccess;
  readonly segments: readonly Segment[];
  /** Devices whose readings are in the segments. */
  readonly devices: readonly string[];
  /** What was decided about. */
  readonly relations: readonly string[];
  /** What of it the statement names. */
  readonly named: readonly string[];
  /**
   * To be asked right before it is kept.
   *
   * @throws {QueryError} QUERY_REFUSED where other rows are withheld by now than when it was decided
   */
  readonly requireCurrent: () => void;
}

/** How much of an answer that is kept is held at once. */
export interface FreezeLimits {
  /** Rows, about, that are put in order in memory. */
  readonly sliceRows: number;
  readonly pieces: PieceLimits;
}

export const FREEZE_LIMITS: FreezeLimits = { sliceRows: 1_048_576, pieces: PIECE_LIMITS };

/** Columns of an answer, at most, whose number is not known before it is made. */
const MOST_COLUMNS = 1_024;

export interface AnswerFreezerParts {
  readonly pool: Pick<QueryPool, 'use'>;
  readonly admission: Pick<StatementAdmission, 'admit'>;
  readonly planner: Pick<StatementPlanner, 'plan'>;
  readonly own: Pick<OwnQuestions, 'devicesIn'>;
  readonly template: () => Template;
  /** Rows that nobody is shown, by relation; another map as soon as these are others. */
  readonly withheld: () => ReadonlyMap<string, string | null>;
  /** How much of an answer is held at once while it is made; by default `FREEZE_LIMITS`. */
  readonly freezing?: FreezeLimits;
}

/** Answers statements for the platform to keep. */
export class AnswerFreezer {
  readonly #parts: AnswerFreezerParts;

  constructor(parts: AnswerFreezerParts) {
    this.#parts = parts;
  }

  /**
   * Answers a statement for the platform to keep: from sealed segments alone, in the types and the order of datasets,
   * worked out by one thread, so that the same segments give the same rows. What gives reading by reading, with its time,
   * is worked out span by span, so that it takes no more memory the more rows there are.
   *
   * @param take each piece as soon as it is made; the next one is made once it is taken
   * @throws {QueryError} QUERY_UNSUPPORTED where it would be another answer each time, or has columns that cannot be kept
   */
  freeze(
    caller: Caller,
    asked: Omit<QueryRequest, 'format'>,
    take: (piece: FrozenPiece) => Promise<void>,
    signal: AbortSignal,
  ): Promise<Frozen> {
    const { pool, admission, planner, own } = this.#parts;
    const request: QueryRequest = { ...asked, format: 'parquet', receipt: true };
    return pool.use(caller.subject.id, async (process) => {
      const withheld = this.#parts.withheld();
      // Whoever was erased since would be in what is kept.
      const requireCurrent = (): void => {
        if (this.#parts.withheld() !== withheld) throw withheldMeanwhile();
      };
      const admitted = await admission.admit(process, caller, request);
      if ('question' in admitted) throw new TypeError('a private view gives no receipt, so nothing to freeze');
      const { statement, purpose, logged, access, digest, shown } = admitted;
      const changing = changingPart(statement.source.ast);
      if (changing !== null) {
        throw new QueryError('QUERY_UNSUPPORTED', `Cannot freeze the answer: ${changing} is another each time`, {
          hint: 'Write times as literals',
        });
      }
      await logged;
      const { plan, keys, ended, segments } = await planner.plan(caller, request, statement, purpose, shown);
      const { freezing = FREEZE_LIMITS } = this.#parts;
      const slices = slicesOf(statement, plan, segments, freezing.sliceRows);
      const { digested: _, ...rest } = plan;
      const frozenPlan: QueryPlan = {
        ...rest,
        ...(slices === null ? {} : { relations: [], slices }),
        pieces: freezing.pieces,
        limits: { ...plan.limits, ...datasetLimits(this.#parts.template()), threads: 1 },
        columnNotes: knownNotes(plan, statement, access),
      };
      const content = await this.#takeFrozen(process, frozenPlan, { keys, ended }, take, signal);
      requireCurrent();
      const devices = await own.devicesIn(process, caller, segments, signal);
      const relations = decidedAbout(statement, access);
      const named = namedRelations(statement.source.ast, access.relations.keys());
      const kept = keptColumns(statement.ast, content.columns.map(({ name }) => name)); // prettier-ignore
      return { content, kept, statement, purpose, digest, access, segments, devices, relations, named, requireCurrent };
    });
  }

  /** Has a process make pieces, looks at each, and hands it on. @returns what they are committed to */
  async #takeFrozen(
    process: QueryProcess,
    plan: QueryPlan,
    rest: Pick<RunPorts, 'keys' | 'ended'>,
    take: (piece: FrozenPiece) => Promise<void>,
    signal: AbortSignal,
  ): Promise<FrozenContent> {
    await using thread = new CheckThread();
    const { columnNotes: notes, limits } = plan;
    const line = new PieceLine({ notes, mostRows: limits.rows, check: (piece) => thread.check(piece), take });
    const pieces = new FrozenPieces((piece) => line.push(piece));
    try {
      await process.execute({ plan, format: 'frozen' }, { ...rest, sink: (part) => pieces.push(part) }, signal);
      pieces.end();
      return await line.end();
    } finally {
      await line.settled();
    }
  }
}

function withheldMeanwhile(): QueryError {
  return new QueryError('QUERY_REFUSED', 'Cannot freeze the answer: whose rows may be shown has changed meanwhile', {
    hint: 'Try again',
  });
}

/** What an answer that is kept is worked out from part by part; null where it has to be worked out at once. */
function slicesOf(
  { ast }: PreparedStatement,
  { relations }: QueryPlan,
  segments: readonly Segment[],
  rows: number,
): readonly (readonly PlannedRelation[])[] | null {
  const name = slicedByTime(ast);
  const of = segments.filter(({ stream }) => stream === name);
  return name === null || of.length === 0 ? null : sliceByTime(relations, name, of, rows);
}

/** Notes of columns, of which none is without a class: what is not known is as strict as what was read. */
function knownNotes(plan: QueryPlan, { reads }: PreparedStatement, { relations }: QueryAccess): readonly ColumnNotes[] {
  const read = reads.flatMap(({ relation, columns }) =>
    (relations.get(relation)?.columns ?? []).filter(({ name }) => columns.includes(name)),
  );
  const strictest = read.reduce<Class>((strict, column) => stricterClass(strict, column.class), 'operational');
  const notes = plan.columnNotes.map(({ class: cls, unit }) => ({ class: cls ?? strictest, unit }));
  return notes.length > 0 ? notes : Array.from({ length: MOST_COLUMNS }, () => ({ class: strictest, unit: null }));
}
