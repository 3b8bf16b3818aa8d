import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytes, concatBytes, makeId, seconds, systemClock } from '#base/core/index.ts';
import type { Log, Micros } from '#base/core/index.ts';
import { Sha256, systemRandom } from '#base/crypto/index.ts';
import type { Subject } from '#declare/policy/index.ts';
import type { FeatureRule, Stream, Template } from '#declare/template/index.ts';
import {
  confine,
  limitMemory,
  CONTENT_TYPES,
  describeViews,
  probeConfinement,
  resolveRelations,
} from '#flow/query/index.ts';
import type {
  Balance,
  ConfinementOptions,
  FrozenPiece,
  PreparedStatement,
  PrivacyLedger,
  QuerySummary,
  Relations,
  ViewResolver,
} from '#flow/query/index.ts';
import type { Caller } from '../api/caller.ts';
import { problemOf } from '../api/problem.ts';
import type { StreamedReply } from '../api/streamed-reply.ts';
import type { Queries, QueryRequest } from '../api/services.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import { PACKAGE_ROOT } from '../control/package-files.ts';
import type { SegmentHost } from '../control/segment-host.ts';
import type { DataDirectory } from '../data-directory.ts';
import { ServerError } from '../errors.ts';
import { parentWatch } from '../process/ends-with-parent.ts';
import { errorWord, traced } from '../trace/active-span.ts';
import { AnswerFreezer } from './answer-freezer.ts';
import type { Frozen, FreezeLimits } from './answer-freezer.ts';
import { answerHeaders } from './answer-headers.ts';
import { ConditionReader, TEMPLATE_READER } from './condition-reader.ts';
import { decideExport } from './query-access.ts';
import type { QueryAccess } from './query-access.ts';
import { hintOfOriginals } from './compared-originals.ts';
import { withNearestColumn } from './nearest-column.ts';
import { OwnQuestions } from './own-questions.ts';
import { PrivateQueries } from './private-queries.ts';
import { QueryOutcomes } from './query-outcomes.ts';
import type { QueryOutcome } from './query-outcomes.ts';
import type { QueryDataParts } from './query-data.ts';
import { QueryPool } from './query-pool.ts';
import type { RunPorts } from './query-process.ts';
import { detectionWithin } from './detection-within.ts';
import { ResultPipe } from './result-pipe.ts';
import type { ReceiptDesk } from '../receipts/receipt-desk.ts';
import { requestReceipt } from '../receipts/request-receipt.ts';
import { runProgram } from './run-program.ts';
import { decidedAbout, StatementAdmission } from './statement-admission.ts';
import type { StatementAdmissionParts } from './statement-admission.ts';
import { ENGINE_THREADS, engineLimits, StatementPlanner } from './statement-planner.ts';
import type { StatementPlannerParts } from './statement-planner.ts';
import { shareCode } from './share-code.ts';
import { SYSTEM_RELATIONS } from './system-relations.ts';
import type { ShownDomains } from '../tokens/shown-domains.ts';

export interface QueryServiceParts extends StatementAdmissionParts, StatementPlannerParts {
  readonly keys: Pick<KeyRing, 'unwrapDataKeys' | 'destructions' | 'digestKey'>;
  readonly segments: Pick<SegmentHost, 'active' | 'visible'>;
  readonly layout: DataDirectory;
  readonly shown: Pick<ShownDomains, 'asOfNow'> & QueryDataParts['shown'];
  /** What private views may still tell. */
  readonly ledger: PrivacyLedger;
  readonly log: Log;
  /** Bytes that the engine of one process may take; what the process itself may take follows from it. */
  readonly engineMemory: number;
  readonly receipts: Pick<ReceiptDesk, 'issue'>;
  /** How much of a dataset is held at once while it is made; by default `FREEZE_LIMITS`. */
  readonly freezing?: FreezeLimits;
  /** Starts although the operating system cannot confine query processes. */
  readonly allowUnconfined: boolean;
}

const PROBE_TIME = seconds(10);
/** What a process takes besides the engine's own: results being encoded, opened segments on their way. */
const OWN_MEMORY = 2 * 1_024 * 1_048_576;
const MEMORY_FILES = bytes(2 * 1_024 * 1_048_576);
/** Statements over governed views: parsed without a key, decided, rebuilt, logged, then run with the keys that they need. */
export class QueryService implements Queries, AsyncDisposable {
  readonly #parts: QueryServiceParts;
  readonly #pool: QueryPool;
  /** Datasets are made and read in processes of their own: who reads one slowly keeps no statement waiting. */
  readonly #datasets: QueryPool;
  readonly #mountPoint: string;
  readonly #outcomes = new QueryOutcomes();
  readonly #conditions: ConditionReader;
  readonly #admission: StatementAdmission;
  readonly #planner: StatementPlanner;
  readonly #private: PrivateQueries;
  readonly #freezer: AnswerFreezer;
  /** What the platform asks for itself. */
  readonly own: OwnQuestions;
  #relations: Relations = new Map();
  readonly confinement: { readonly confined: boolean; readonly reason: string | null };

  private constructor(
    parts: QueryServiceParts,
    pool: QueryPool,
    datasets: QueryPool,
    mountPoint: string,
    confinement: QueryService['confinement'],
  ) {
    this.#parts = parts;
    this.#pool = pool;
    this.#datasets = datasets;
    const relations = (): Relations => this.#relations;
    this.#conditions = new ConditionReader(pool);
    this.#admission = new StatementAdmission(parts, relations, this.#conditions);
    this.#planner = new StatementPlanner(parts, relations);
    this.own = new OwnQuestions({ pool, planner: this.#planner, relations, shown: parts.shown });
    this.#private = new PrivateQueries({
      ...parts,
      pool,
      objects: parts.layout.objects,
      clock: systemClock,
      random: systemRandom,
    });
    this.#freezer = new AnswerFreezer({
      ...parts,
      pool: datasets,
      admission: this.#admission,
      planner: this.#planner,
      own: this.own,
    });
    this.#mountPoint = mountPoint;
    this.confinement = confinement;
  }

  /** @throws {ServerError} SERVER_QUERY_UNCONFINED where query processes cannot be confined and that was not allowed */
  static async start(parts: QueryServiceParts): Promise<QueryService> {
    const { layout, log, allowUnconfined, template } = parts;
    const mountPoint = await mkdtemp(join(tmpdir(), 'weir-query-'));
    const memory = bytes(2 * parts.engineMemory + OWN_MEMORY);
    const options = { ...confinementOf(layout, mountPoint), memory };
    const state = await probeConfinement(options, PROBE_TIME, runProgram);
    if (!state.confined) {
      if (!allowUnconfined) throw unconfined(`${state.reason}: ${state.detail}`);
      log.warn({ reason: state.reason, detail: state.detail }, 'query processes run unconfined');
    }
    if (state.confined) await shareCode();
    const launch = (state.confined ? confine(options) : null) ?? limitMemory(options.program, memory);
    const pool = new QueryPool(launch, {
      most: () => template().limits.queriesAtOnce,
      abreast: Math.max(1, Math.floor(availableParallelism() / ENGINE_THREADS) - 1),
      engine: () => engineLimits(template()),
    });
    const datasets = new QueryPool(launch, {
      most: () => template().limits.datasetsAtOnce,
      abreast: Infinity,
      engine: () => null,
      serves: 'datasets',
    });
    return new QueryService(parts, pool, datasets, mountPoint, {
      confined: state.confined,
      reason: state.confined ? null : state.reason,
    });
  }

  /**
   * Has the processes let go of what they opened of segments that are no more, and says how many of these are still open
   * in some of them: what a statement reads.
   */
  async heldAfterDrop(segments: readonly string[]): Promise<number> {
    const held = await Promise.all([this.#pool, this.#datasets].map((pool) => pool.heldAfterDrop(segments)));
    return held.reduce((sum, count) => sum + count, 0);
  }

  /** Statements that run, datasets that are made or read among them. */
  get running(): number {
    return this.#pool.running + this.#datasets.running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pool[Symbol.dispose]();
    this.#datasets[Symbol.dispose]();
    await rm(this.#mountPoint, { recursive: true, force: true });
  }

  /** Reads the views of a template. @throws {ServerError} SERVER_TEMPLATE_INVALID where one does not pass the gate */
  async check(template: Template): Promise<void> {
    await this.relationsOf(template);
  }

  /**
   * All that statements may name under a template, in force or not.
   *
   * @throws {ServerError} SERVER_TEMPLATE_INVALID where a view does not pass the gate
   */
  async relationsOf(template: Template): Promise<Relations> {
    const system = Object.values(SYSTEM_RELATIONS);
    const { relations, problems } = await resolveRelations(template, system, resolverBy(this.#pool));
    if (problems.length === 0) return relations;
    throw new ServerError(
      'SERVER_TEMPLATE_INVALID',
      `Cannot use template: ${problems.map(({ view, message }) => `views.${view}: ${message}`).join('; ')}`,
    );
  }

  /** Takes another version of the template. */
  async useTemplate(template: Template): Promise<void> {
    this.#relations = await this.relationsOf(template);
  }

  async describe(caller: Caller, purpose: string | null): Promise<readonly unknown[]> {
    const { relations, grants } = await this.access(caller, purpose);
    const { streams, detect } = this.#parts.template();
    return describeViews(relations, grants).map((view) => {
      const stream = streams.get(view.name);
      const columns = new Set(view.columns.map(({ name }) => name));
      return {
        ...view,
        features: featuresWithin(stream, columns),
        detection: stream === undefined ? null : detectionWithin(stream, detect.get(view.name), columns),
      };
    });
  }

  async run(caller: Caller, request: QueryRequest, signal: AbortSignal): Promise<StreamedReply> {
    const pipe = new ResultPipe();
    const begun = Promise.withResolvers<void>();
    const id = makeId(systemClock, systemRandom);
    let missing: readonly string[] = [];
    let hint: string | null = null;
    const note = (outcome: QueryOutcome): void => this.#outcomes.note(id, caller.subject.id, outcome);
    note({ state: 'running' });
    const span = request.span?.child('statement', { 'db.system.name': 'duckdb', 'weir.query.id': id }) ?? null;
    const pool = request.over?.inParts === true ? this.#datasets : this.#pool;
    const first = pool.use(caller.subject.id, async (process) => {
      const admit = () => this.#admission.admit(process, caller, request);
      const admitted = await traced(span, 'admit', admit);
      const hintFor = (ast: string, seen: Pick<QueryAccess, 'relations' | 'grants'>): string | null =>
        hintOfOriginals(ast, request.parameters, this.#parts.template(), seen);
      if ('question' in admitted) {
        hint = hintFor(admitted.ast, admitted.question);
        return admitted;
      }
      const { statement, purpose, logged, access, digest, shown } = admitted;
      span?.set({ 'db.query.summary': summaryOf(statement) });
      missing = this.#planner.missing(statement);
      hint = hintFor(statement.source.ast, access);
      const sent = request.receipt === true ? new Sha256() : null;
      // The statement runs while its entries become durable; no key is given out and nothing leaves before.
      const unlogged = new AbortController();
      logged.catch(() => unlogged.abort());
      const planned = traced(span, 'plan', () => this.#planner.plan(caller, request, statement, purpose, shown));
      const running = planned.then(({ plan, keys, ended }) => {
        const ports: RunPorts = {
          ended,
          sink: async (part) => {
            await logged;
            begun.resolve();
            sent?.update(part);
            await pipe.push(part);
          },
          keys: async (wanted) => {
            await logged;
            return keys(wanted);
          },
        };
        const stop = AbortSignal.any([signal, unlogged.signal]);
        return traced(span, 'execute', (step) => {
          const ran = (start: Micros, end: Micros): void => step?.taken('query', 'run', start, end);
          return process.execute({ plan, format: request.format }, { ...ports, ran }, stop);
        });
      });
      const [summary, decided] = await settled(running, logged).catch((error: unknown) => {
        throw withNearestColumn(error, statement.source.ast, access.grants);
      });
      if (sent !== null) {
        const { relations, grants, policies } = access;
        const { segments } = await planned;
        const parts = {
          relations,
          grants,
          policies,
          segments,
          missing,
          summary,
          decided,
          template: this.#parts.template(),
        };
        const views = decidedAbout(statement, access);
        const about = { id, caller, request, purpose, digest, reads: statement.reads, views, sha256: sent.hex() };
        await this.#parts.receipts.issue(caller.subject.id, requestReceipt(about, parts));
      }
      return summary;
    });
    let balance: Balance | null = null;
    let hidden: readonly string[] = [];
    const done = first.then(async (ran) => {
      if (!('question' in ran)) return ran;
      const { question, logged } = ran;
      missing = this.#parts.missing();
      const answered = await this.#private.answer(question, logged, signal);
      balance = answered.balance;
      hidden = answered.answer.hidden;
      return this.#pool.use(caller.subject.id, async (process) => {
        const plan = await this.#private.planAnswer(process, question, answered.answer, answered.balance);
        const sink = async (part: Uint8Array): Promise<void> => {
          begun.resolve();
          await pipe.push(part);
        };
        const ports: RunPorts = { sink, keys: () => Promise.reject(new TypeError('an answer reads no segment')) };
        return process.execute({ plan, format: request.format }, ports, signal);
      });
    });
    done.then(
      (summary) => {
        note({ state: 'done', missing, ...costOf(summary) });
        span?.set({ 'db.response.returned_rows': summary.rows });
        span?.end();
        begun.resolve();
        pipe.end();
      },
      (error: unknown) => {
        note({ state: 'failed', problem: problemOf(error) });
        span?.end(errorWord(error));
        // Before the first part an error is an answer of its own; after it, it can only end the result.
        begun.reject(error);
        pipe.end(error);
      },
    );
    await begun.promise;
    const headers = answerHeaders({ id, missing, hint, balance, hidden });
    return { contentType: CONTENT_TYPES[request.format], parts: pipe, headers };
  }

  /** What a subject may have of all relations at this moment. */
  async access(caller: Caller, purpose: string | null): Promise<QueryAccess> {
    const { own } = this.#conditions;
    return this.#admission.access(own, caller.subject, purpose, await this.#admission.declaredTo(own, caller));
  }

  /** Decides about exporting a stream as it is stored; null where there is none of that name. */
  async exportOf(caller: Caller, stream: string, purpose: string | null): Promise<ReturnType<typeof decideExport>> {
    const segments = await this.#parts.segments.active();
    const { subject } = caller;
    const declared = await this.#admission.declaredTo(this.#conditions.own, caller);
    const isStream = declared.relations.get(stream)?.kind === 'stream';
    return isStream ? decideExport(subject, stream, purpose, declared, segments) : null;
  }

  /** Columns of a stream, table or view that the caller may take out. */
  async exportedColumns(caller: Caller, relation: string, purpose: string | null): Promise<readonly string[]> {
    const segments = await this.#parts.segments.active();
    const { subject } = caller;
    const declared = await this.#admission.declaredTo(this.#conditions.own, caller);
    const asked = decideExport(subject, relation, purpose, declared, segments);
    return asked?.decision.obligations?.columns.map(({ name }) => name) ?? [];
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
    return this.#freezer.freeze(caller, asked, take, signal);
  }

  outcome(id: string, subject: Subject): QueryOutcome | null {
    return this.#outcomes.find(id, subject.id);
  }
}

/** Both, however one of them fails: an entry that could not be written is told of before what the statement met. */
async function settled<A, B>(running: Promise<A>, logged: Promise<B>): Promise<readonly [A, B]> {
  await Promise.allSettled([running, logged]);
  await logged;
  return [await running, await logged];
}

function confinementOf(layout: DataDirectory, mountPoint: string): ConfinementOptions {
  const flags = ['--disable-warning=ExperimentalWarning', '--no-experimental-ffi', ...parentWatch()];
  return {
    program: { command: process.execPath, arguments: [...flags, join(import.meta.dirname, 'process.ts')] },
    reads: [
      process.execPath,
      join(PACKAGE_ROOT, 'src'),
      join(PACKAGE_ROOT, 'node_modules'),
      join(PACKAGE_ROOT, 'package.json'),
      layout.objects,
      layout.copies,
      layout.tail,
    ],
    mountPoint,
    memoryFiles: MEMORY_FILES,
  };
}

function unconfined(why: string): ServerError {
  return new ServerError('SERVER_QUERY_UNCONFINED', `Cannot start: query processes cannot be confined here (${why})`, {
    hint: 'Allow user namespaces on this machine, or accept it with --allow-unconfined-query',
  });
}

/** Borrows a process for each question: a template without views takes none, and waits for none to start. */
function resolverBy(pool: Pick<QueryPool, 'use'>): ViewResolver {
  return {
    parse: (sql) => pool.use(TEMPLATE_READER, ({ peer }) => peer.call('parse', sql)),
    run: (plan, format) =>
      pool.use(TEMPLATE_READER, async (process) => {
        const parts: Uint8Array[] = [];
        const keep = async (part: Uint8Array): Promise<void> => void parts.push(part);
        const keys = () => Promise.reject(new TypeError('a template reads no segment'));
        await process.execute({ plan, format }, { sink: keep, keys }, new AbortController().signal);
        return concatBytes(parts);
      }),
  };
}

/** What a statement does, in names of the template alone. @see OpenTelemetry semantic conventions, db.query.summary */
function summaryOf({ reads }: PreparedStatement): string {
  return ['SELECT', ...reads.map(({ relation }) => relation)].join(' ').slice(0, 255);
}

/** What a statement took, without what its result looks like. */
function costOf({ rows, resultBytes, milliseconds, bytesRead, bytesOpened, bytesReused }: QuerySummary) {
  return { rows, resultBytes, milliseconds, bytesRead, bytesOpened, bytesReused };
}

/** Declared features of a stream that are of nothing but columns that are seen. */
function featuresWithin(stream: Stream | undefined, columns: ReadonlySet<string>): readonly FeatureRule[] {
  const all = [...(stream?.features?.values() ?? [])];
  return all.filter(({ of, from, at }) => [of, at, ...from].every((name) => name === null || columns.has(name)));
}
