import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bytes,
  concatBytes,
  decodeUtf8,
  makeId,
  millis,
  seconds,
  stricterClass,
  systemClock,
} from '#base/core/index.ts';
import type { AuditReceipt, AuditSink, Class, Log, Micros } from '#base/core/index.ts';
import { Sha256, sha256Hex, systemRandom } from '#base/crypto/index.ts';
import { rolesOf } from '#declare/policy/index.ts';
import type { DecisionPoint, Subject } from '#declare/policy/index.ts';
import type { FeatureRule, Stream, Template } from '#declare/template/index.ts';
import {
  changingPart,
  checkParameters,
  confine,
  limitMemory,
  CONTENT_TYPES,
  describeViews,
  isNode,
  namedRelations,
  parseAst,
  normaliseStatement,
  prepareStatement,
  probeConfinement,
  QueryError,
  resolveRelations,
} from '#flow/query/index.ts';
import type {
  AstNode,
  Balance,
  ColumnNotes,
  ConfinementOptions,
  EngineLimits,
  FrozenContent,
  GovernedRelation,
  PreparedPrivately,
  PreparedStatement,
  PrivacyLedger,
  QueryPlan,
  QuerySummary,
  RejectedStatement,
  Relations,
} from '#flow/query/index.ts';
import type { Segment } from '#flow/store/index.ts';
import type { Caller } from '../api/caller.ts';
import { problemOf } from '../api/problem.ts';
import type { StreamedReply } from '../api/streamed-reply.ts';
import type { Queries, QueryRequest } from '../api/services.ts';
import { formatPolicies } from '#trust/audit/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import { PACKAGE_ROOT } from '../control/package-files.ts';
import type { SegmentHost } from '../control/segment-host.ts';
import type { DataDirectory } from '../data-directory.ts';
import { ServerError } from '../errors.ts';
import { errorWord, traced } from '../trace/active-span.ts';
import { askingPurpose, decideAccess, decideExport, impliedPurpose } from './query-access.ts';
import type { Declared, QueryAccess } from './query-access.ts';
import { accessOver, readData, readObjects } from './query-data.ts';
import type { SealedRelation } from './query-data.ts';
import { PrivateQueries } from './private-queries.ts';
import type { PrivateQuestion } from './private-queries.ts';
import { QueryOutcomes } from './query-outcomes.ts';
import type { QueryOutcome } from './query-outcomes.ts';
import type { QueryDataParts } from './query-data.ts';
import { QueryPool } from './query-pool.ts';
import type { QueryProcess, RunPorts } from './query-process.ts';
import { ResultPipe } from './result-pipe.ts';
import type { ReceiptDesk } from '../receipts/receipt-desk.ts';
import { requestReceipt } from '../receipts/request-receipt.ts';
import { runProgram } from './run-program.ts';
import type { StatementBook } from './statement-book.ts';
import { SYSTEM_RELATIONS } from './system-relations.ts';
import type { ShownDomains } from '../tokens/shown-domains.ts';
import { withholdRows } from './withheld-rows.ts';

export interface QueryServiceParts extends Omit<QueryDataParts, 'objects'> {
  readonly keys: Pick<KeyRing, 'unwrapDataKeys' | 'destructions' | 'digestKey'>;
  readonly segments: Pick<SegmentHost, 'active' | 'visible'>;
  readonly layout: DataDirectory;
  readonly shown: Pick<ShownDomains, 'asOfNow'> & QueryDataParts['shown'];
  readonly audit: AuditSink;
  /** What private views may still tell. */
  readonly ledger: PrivacyLedger;
  readonly statements: StatementBook;
  readonly decisions: DecisionPoint;
  readonly log: Log;
  readonly template: () => Template;
  /** Columns of a relation of which something that no segment has is an original, although they are declared tokens. */
  readonly originals: (relation: string) => ReadonlySet<string>;
  /** Bytes that the engine of one process may take; what the process itself may take follows from it. */
  readonly engineMemory: number;
  /** Seals what waits of a stream, so that an answer is made from segments alone. */
  readonly seal: (stream: string) => Promise<void>;
  readonly receipts: Pick<ReceiptDesk, 'issue'>;
  /** What answers from streams lack for the time being, in words; such as readings behind damage in the journal. */
  readonly missing: () => readonly string[];
  /** Rows of each relation that nobody is shown, as a condition in SQL; another map once that changed. */
  readonly withheld: () => ReadonlyMap<string, string | null>;
  /** Starts although the operating system cannot confine query processes. */
  readonly allowUnconfined: boolean;
}

/** A statement that may run once its entries are durable. */
interface Admitted {
  readonly statement: PreparedStatement;
  readonly purpose: string | null;
  /** Its entries in the log. */
  readonly logged: Promise<readonly AuditReceipt[]>;
  readonly access: QueryAccess;
  /** Of its normal form, as the entries have it. */
  readonly digest: string;
  /** How tokens were shown as it was decided which rows may be. */
  readonly shown: QueryDataParts['shown'];
}

/** An answer that the platform keeps, and what it was made from. */
export interface Frozen {
  /** Plain Parquet of the store's own form. */
  readonly plain: Uint8Array;
  readonly content: FrozenContent;
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
}

/** Columns of an answer, at most, whose number is not known before it is made. */
const MOST_COLUMNS = 1_024;

const PROBE_TIME = seconds(10);
const ENGINE_THREADS = 2;
/** What a process takes besides the engine's own: results being encoded, opened segments on their way. */
const OWN_MEMORY = 2 * 1_024 * 1_048_576;
const MEMORY_FILES = bytes(2 * 1_024 * 1_048_576);
/** Warnings that an answer carries in its header. */
const MOST_WARNINGS = 8;
const PURPOSE = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
/** What reads SQL of templates serves nobody else. */
const TEMPLATE_READER = 'weir:control';

/** Statements over governed views: parsed without a key, decided, rebuilt, logged, then run with the keys that they need. */
export class QueryService implements Queries, AsyncDisposable {
  readonly #parts: QueryServiceParts;
  readonly #pool: QueryPool;
  readonly #mountPoint: string;
  readonly #outcomes = new QueryOutcomes();
  readonly #private: PrivateQueries;
  #relations: Relations = new Map();
  /** The relations without the rows that nobody is shown, and what they were made from. */
  #shown: {
    readonly from: Relations;
    readonly withheld: ReadonlyMap<string, string | null>;
    readonly relations: Promise<Relations>;
  } | null = null;
  readonly confinement: { readonly confined: boolean; readonly reason: string | null };

  private constructor(
    parts: QueryServiceParts,
    pool: QueryPool,
    mountPoint: string,
    confinement: QueryService['confinement'],
  ) {
    this.#parts = parts;
    this.#pool = pool;
    this.#private = new PrivateQueries({
      ...parts,
      pool,
      objects: parts.layout.objects,
      clock: systemClock,
      random: systemRandom,
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
    const launch = (state.confined ? confine(options) : null) ?? limitMemory(options.program, memory);
    const pool = new QueryPool(launch, {
      most: () => template().limits.queriesAtOnce,
      abreast: Math.max(1, Math.floor(availableParallelism() / ENGINE_THREADS) - 1),
      engine: () => engineLimits(template()),
    });
    return new QueryService(parts, pool, mountPoint, {
      confined: state.confined,
      reason: state.confined ? null : state.reason,
    });
  }

  /**
   * Has the processes let go of what they opened of segments that are no more, and says how many of these are still open
   * in some of them: what a statement reads.
   */
  heldAfterDrop(segments: readonly string[]): Promise<number> {
    return this.#pool.heldAfterDrop(segments);
  }

  get running(): number {
    return this.#pool.running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pool[Symbol.dispose]();
    await rm(this.#mountPoint, { recursive: true, force: true });
  }

  /** Reads the views of a template. @throws {ServerError} SERVER_TEMPLATE_INVALID where one does not pass the gate */
  async check(template: Template): Promise<void> {
    await this.#resolve(template);
  }

  async #resolve(template: Template): Promise<Relations> {
    const { relations, problems } = await this.#pool.use(TEMPLATE_READER, (process) =>
      resolveRelations(template, Object.values(SYSTEM_RELATIONS), resolverOf(process)),
    );
    if (problems.length === 0) return relations;
    throw new ServerError(
      'SERVER_TEMPLATE_INVALID',
      `Cannot use template: ${problems.map(({ view, message }) => `views.${view}: ${message}`).join('; ')}`,
    );
  }

  /** Takes another version of the template. */
  async useTemplate(template: Template): Promise<void> {
    this.#relations = await this.#resolve(template);
  }

  async describe(caller: Caller, purpose: string | null): Promise<readonly unknown[]> {
    const { subject } = caller;
    const { relations, grants } = await this.#pool.use(subject.id, async (process) =>
      this.#access(process, subject, purpose, await this.#declaredTo(process, caller)),
    );
    const { streams } = this.#parts.template();
    return describeViews(relations, grants).map((view) => ({
      ...view,
      features: featuresWithin(streams.get(view.name), new Set(view.columns.map(({ name }) => name))),
    }));
  }

  async run(caller: Caller, request: QueryRequest, signal: AbortSignal): Promise<StreamedReply> {
    const pipe = new ResultPipe();
    const begun = Promise.withResolvers<void>();
    const id = makeId(systemClock, systemRandom);
    let missing: readonly string[] = [];
    const note = (outcome: QueryOutcome): void => this.#outcomes.note(id, caller.subject.id, outcome);
    note({ state: 'running' });
    const span = request.span?.child('statement', { 'db.system.name': 'duckdb', 'weir.query.id': id }) ?? null;
    const first = this.#pool.use(caller.subject.id, async (process) => {
      const admit = () => this.#admit(process, caller, request);
      const admitted = await traced(span, 'admit', admit);
      if ('question' in admitted) return admitted;
      const { statement, purpose, logged, access, digest, shown } = admitted;
      span?.set({ 'db.query.summary': summaryOf(statement) });
      missing = this.#missing(statement);
      const sent = request.receipt === true ? new Sha256() : null;
      // The statement runs while its entries become durable; no key is given out and nothing leaves before.
      const unlogged = new AbortController();
      logged.catch(() => unlogged.abort());
      const planned = traced(span, 'plan', () => this.#plan(caller, request, statement, purpose, shown));
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
      const [summary, decided] = await settled(running, logged);
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
    const done = first.then(async (ran) => {
      if (!('question' in ran)) return ran;
      const { question, logged } = ran;
      missing = this.#parts.missing();
      const answered = await this.#private.answer(question, logged, signal);
      balance = answered.balance;
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
    const warning = missing.length === 0 ? {} : { 'weir-warning': missing.slice(0, MOST_WARNINGS).join('; ') };
    const headers = { 'weir-query-id': id, ...warning, ...budgetHeader(balance) };
    return { contentType: CONTENT_TYPES[request.format], parts: pipe, headers };
  }

  /** What a subject may have of all relations at this moment. */
  access(caller: Caller, purpose: string | null): Promise<QueryAccess> {
    const { subject } = caller;
    return this.#pool.use(subject.id, async (process) =>
      this.#access(process, subject, purpose, await this.#declaredTo(process, caller)),
    );
  }

  /** Decides about exporting a stream as it is stored; null where there is none of that name. */
  async exportOf(caller: Caller, stream: string, purpose: string | null): Promise<ReturnType<typeof decideExport>> {
    const segments = await this.#parts.segments.active();
    const { subject } = caller;
    const declared = await this.#pool.use(subject.id, (process) => this.#declaredTo(process, caller));
    const isStream = declared.relations.get(stream)?.kind === 'stream';
    return isStream ? decideExport(subject, stream, purpose, declared, segments) : null;
  }

  /** Columns of a stream, table or view that the caller may take out. */
  async exportedColumns(caller: Caller, relation: string, purpose: string | null): Promise<readonly string[]> {
    const segments = await this.#parts.segments.active();
    const { subject } = caller;
    const declared = await this.#pool.use(subject.id, (process) => this.#declaredTo(process, caller));
    const asked = decideExport(subject, relation, purpose, declared, segments);
    return asked?.decision.obligations?.columns.map(({ name }) => name) ?? [];
  }

  /**
   * Answers a statement for the platform to keep: from sealed segments alone, in the types and the order of datasets,
   * worked out by one thread, so that the same segments give the same rows.
   *
   * @throws {QueryError} QUERY_UNSUPPORTED where it would be another answer each time, or has columns that cannot be kept
   */
  freeze(caller: Caller, asked: Omit<QueryRequest, 'format'>, signal: AbortSignal): Promise<Frozen> {
    const request: QueryRequest = { ...asked, format: 'parquet', receipt: true };
    return this.#pool.use(caller.subject.id, async (process) => {
      const admitted = await this.#admit(process, caller, request);
      if ('question' in admitted) throw new TypeError('a private view gives no receipt, so nothing to freeze');
      const { statement, purpose, logged, access, digest, shown } = admitted;
      const changing = changingPart(statement.source.ast);
      if (changing !== null) {
        throw new QueryError('QUERY_UNSUPPORTED', `Cannot freeze the answer: ${changing} is another each time`, {
          hint: 'Write times as literals',
        });
      }
      await logged;
      const { plan, keys, ended, segments } = await this.#plan(caller, request, statement, purpose, shown);
      const parts: Uint8Array[] = [];
      const ports: RunPorts = { sink: async (part) => void parts.push(part), keys, ended };
      const frozenPlan = {
        ...plan,
        limits: { ...plan.limits, threads: 1 },
        columnNotes: knownNotes(plan, statement, access),
      };
      const summary = await process.execute({ plan: frozenPlan, format: 'frozen' }, ports, signal);
      if (summary.frozen === undefined) throw new TypeError('a frozen answer tells what it is');
      const devices = await this.#devicesIn(process, caller, segments, signal);
      const relations = decidedAbout(statement, access);
      const named = namedRelations(statement.source.ast, access.relations.keys());
      return {
        plain: concatBytes(parts),
        content: summary.frozen,
        statement,
        purpose,
        digest,
        access,
        segments,
        devices,
        relations,
        named,
      };
    });
  }

  /** Names of the devices whose readings are in segments. */
  async #devicesIn(process: QueryProcess, caller: Caller, segments: readonly Segment[], signal: AbortSignal) {
    const names = new Set<string>();
    for (const [stream, of] of Map.groupBy(segments, (segment) => segment.stream)) {
      const over = { ...DEVICES_OF, objects: of, resource: `view:${stream}` };
      const access = accessOver(over);
      const prepared = await prepareStatement(
        'select distinct device from readings where device is not null order by device',
        access,
        (sql) => process.peer.call('parse', sql),
      );
      if (prepared.outcome === 'rejected' || prepared.outcome === 'private')
        throw new TypeError('what the platform asks itself passes its own gate');
      const request = { sql: '', parameters: [], purpose: null, format: 'ndjson', over } as const;
      const { plan, keys, ended } = await this.#plan(caller, request, prepared, null, this.#parts.shown);
      const parts: Uint8Array[] = [];
      const sink = async (part: Uint8Array): Promise<void> => void parts.push(part);
      await process.execute({ plan, format: 'ndjson' }, { sink, keys, ended }, signal);
      for (const line of decodeUtf8(concatBytes(parts)).split('\n')) {
        if (line !== '') names.add((JSON.parse(line) as { device: string }).device);
      }
    }
    return [...names].sort();
  }

  /**
   * How many readings of a segment meet a condition over the columns of its stream, for the platform itself.
   *
   * @throws {QueryError} where it is no such condition
   */
  countWhere(segment: Segment, condition: string): Promise<number> {
    return this.#count(segment.stream, condition, [segment]);
  }

  /** @throws {QueryError} where a text is no condition over the columns of a stream */
  async requireCondition(stream: string, condition: string): Promise<void> {
    await this.#count(stream, condition, []);
  }

  #count(stream: string, condition: string, objects: readonly Segment[]): Promise<number> {
    return this.#pool.use(COUNTER.subject.id, async (process) => {
      const { prepared, over } = await this.#prepareCount(process, stream, condition, objects);
      const request = { sql: '', parameters: [], purpose: null, format: 'ndjson', over } as const;
      const { plan, keys, ended } = await this.#plan(COUNTER, request, prepared, null, this.#parts.shown);
      const parts: Uint8Array[] = [];
      const ports: RunPorts = { sink: async (part) => void parts.push(part), keys, ended };
      await process.execute({ plan, format: 'ndjson' }, ports, new AbortController().signal);
      return Number((JSON.parse(decodeUtf8(concatBytes(parts))) as { readonly n: number | string }).n);
    });
  }

  async #prepareCount(process: QueryProcess, stream: string, condition: string, objects: readonly Segment[]) {
    const governed: GovernedRelation = this.#relations.get(stream) ?? { ...DEVICES_OF.relation, name: stream };
    // The list of who consents is for questions of people; a hold is about all that is stored.
    const { consent: _, withheld: __, ...relation } = governed;
    const over = { relation, objects, resource: `hold:${stream}`, purpose: null, notes: {} } as const;
    const sql = `select count(*) as n from "${stream}" where (${condition})`;
    const prepared = await prepareStatement(sql, accessOver(over), (text) => process.peer.call('parse', text));
    if (prepared.outcome === 'rejected') {
      throw new QueryError(prepared.code, prepared.message, prepared.hint === null ? {} : { hint: prepared.hint });
    }
    if (prepared.outcome === 'private' || prepared.parameters.length > 0 || prepared.reads.length > 1) {
      throw new QueryError(
        'QUERY_REFUSED',
        'Cannot hold by this condition: it is not over the columns of the stream alone',
      );
    }
    return { prepared, over };
  }

  outcome(id: string, subject: Subject): QueryOutcome | null {
    return this.#outcomes.find(id, subject.id);
  }

  /**
   * Parses, decides and logs. What is refused is logged too, before its author hears of it; what is allowed may run once
   * `logged` has resolved.
   */
  async #admit(process: QueryProcess, caller: Caller, request: QueryRequest): Promise<Admitted | AdmittedPrivately> {
    const { over } = request;
    // Before it is read whose rows are withheld: what these are called is known for this way of showing at least.
    const shown = this.#parts.shown.asOfNow();
    const declared = await this.#declaredTo(process, caller);
    const purpose =
      over === undefined ? (request.purpose ?? impliedPurpose(request.sql, caller.subject, declared)) : over.purpose;
    const access =
      over === undefined
        ? await this.#access(process, caller.subject, purpose, declared)
        : accessOver(await this.#withheldFrom(process, over));
    const prepared = await prepareStatement(
      request.sql,
      access,
      (sql) => process.peer.call('parse', sql),
      request.parameters,
    );
    const digest = sha256Hex(await this.#normalForm(prepared, request.sql));
    await this.#parts.statements.keep(digest, request.sql);
    if (prepared.outcome === 'rejected') {
      const elsewhere = [...access.otherRegion].find((name) => prepared.message.includes(name));
      const wrongPurpose = [...access.otherPurpose].find((name) => prepared.message.includes(name));
      await this.#log(
        caller,
        purpose,
        'statement',
        'denied',
        digest,
        elsewhere !== undefined ? 'region' : wrongPurpose === undefined ? (prepared.what ?? prepared.code) : 'purpose',
      );
      throw elsewhere === undefined ? refusal(prepared, wrongPurpose, purpose) : outsideRegion(elsewhere);
    }
    const purposed = purpose === null && over === undefined ? this.#purposed(prepared, declared.template) : null;
    if (purposed !== null) {
      await this.#log(caller, purpose, `view:${purposed.name}`, 'denied', digest, 'purpose');
      throw withoutPurpose(purposed);
    }
    if (prepared.outcome === 'private') {
      if (request.receipt === true) {
        throw new QueryError(
          'QUERY_UNSUPPORTED',
          'Cannot give a receipt: it would have the digest of sums without noise',
        );
      }
      const { statement, view } = prepared;
      const policies = access.policies.get(view) ?? [];
      const logged = this.#log(caller, purpose, `view:${view}`, 'allowed', digest, undefined, policies);
      // It is waited for where the answer is paid; until then nothing else hears that it failed.
      logged.catch(() => undefined);
      const { relations, grants } = access;
      const roles = rolesOf(caller.subject, declared.template).map(({ name }) => name);
      const { actor } = caller;
      const epsilon = request.epsilon ?? null;
      return { question: { statement, relations, grants, actor, roles, purpose, epsilon, shown }, logged };
    }
    checkParameters(prepared.parameters, request.parameters);
    if (request.receipt === true && prepared.explain) {
      throw new QueryError('QUERY_UNSUPPORTED', 'Cannot give a receipt: EXPLAIN reads no rows');
    }
    const relations = over === undefined ? decidedAbout(prepared, access) : [];
    const about =
      relations.length === 0
        ? [{ resource: over?.resource ?? 'statement', policies: undefined }]
        : relations.map((relation) => ({
            resource: `view:${relation}`,
            policies: access.policies.get(relation) ?? [],
          }));
    const logged = Promise.all(
      about.map(({ resource, policies }) =>
        this.#log(caller, purpose, resource, 'allowed', digest, undefined, policies),
      ),
    );
    return { statement: prepared, purpose, logged, access, digest, shown };
  }

  /** What is declared, and what a decision about this caller may need to know besides. */
  async #declaredTo(process: QueryProcess, { peer }: Caller): Promise<Declared> {
    const { template, decisions, originals } = this.#parts;
    const context = { time: systemClock.now(), address: peer.address };
    return { template: template(), relations: await this.#shownBy(process), decisions, context, unsealed: originals };
  }

  /** The relations of the template, each with the condition that its rows must meet whoever asks. */
  #shownBy(process: QueryProcess): Promise<Relations> {
    const [from, withheld] = [this.#relations, this.#parts.withheld()];
    if (this.#shown?.from === from && this.#shown.withheld === withheld) return this.#shown.relations;
    const relations = withholdRows(from, withheld, (condition) => parseCondition(process, condition));
    // What one process could not read, because it ended, the next may.
    relations.catch(() => (this.#shown = null));
    this.#shown = { from, withheld, relations };
    return relations;
  }

  /** A relation of sealed objects without what nobody is shown of the streams that it was made from. */
  async #withheldFrom(process: QueryProcess, over: SealedRelation): Promise<SealedRelation> {
    const { name } = over.relation;
    let relation: GovernedRelation = over.relation;
    for (const stream of over.streams ?? []) {
      const rows = this.#parts.withheld().get(stream);
      if (rows === undefined) continue;
      const shown = await withholdRows(new Map([[name, relation]]), new Map([[name, rows]]), (condition) =>
        parseCondition(process, condition),
      );
      const bound = shown.get(name);
      if (bound === undefined || relation.withheld !== undefined) {
        throw new QueryError('QUERY_REFUSED', `Cannot read ${name}: rows of somebody are being erased from it`, {
          hint: 'Try again in a moment',
        });
      }
      relation = bound;
    }
    return { ...over, relation };
  }

  async #access(
    process: QueryProcess,
    subject: Subject,
    purpose: string | null,
    declared: Declared,
  ): Promise<QueryAccess> {
    const segments = await this.#parts.segments.active();
    return decideAccess(subject, purpose, declared, segments, (condition) => parseCondition(process, condition));
  }

  /** The statement with its literals as keyed digests; of text that does not parse, the keyed digest of it all. */
  async #normalForm(
    { source }: PreparedStatement | PreparedPrivately | RejectedStatement,
    sql: string,
  ): Promise<string> {
    const { key } = await this.#parts.keys.digestKey('statement');
    return source === null ? key.macHex(sql) : normaliseStatement(source.ast, source.shape, key.exportBytes());
  }

  async #log(
    caller: Caller,
    purpose: string | null,
    resource: string,
    outcome: 'allowed' | 'denied',
    digest: string,
    reason?: string,
    policies: readonly string[] = [],
  ): Promise<AuditReceipt> {
    return this.#parts.audit.append({
      actor: caller.actor,
      action: 'query',
      resource,
      // What is no name of a purpose is text of the caller's, which the log is no place for.
      ...(purpose === null ? {} : { purpose: PURPOSE.test(purpose) ? purpose : 'invalid' }),
      outcome,
      ...(reason === undefined ? {} : { reason: reason.slice(0, 128) }),
      digest,
      ...(policies.length === 0 ? {} : { detail: { policies: formatPolicies(policies) } }),
    });
  }

  /** What of a statement without a purpose is there for several, one of which has to be stated. */
  #purposed(prepared: PreparedStatement | PreparedPrivately, template: Template): ReturnType<typeof askingPurpose> {
    if (prepared.outcome === 'private') {
      const relation = this.#relations.get(prepared.view);
      return relation !== undefined && relation.purposes.length > 0
        ? relation
        : askingPurpose(template, [prepared.view]);
    }
    return askingPurpose(template, namedRelations(prepared.source.ast, this.#relations.keys()));
  }

  #missing({ reads }: PreparedStatement): readonly string[] {
    const readsStream = reads.some(({ relation }) => this.#relations.get(relation)?.kind === 'stream');
    return readsStream ? this.#parts.missing() : [];
  }

  /** Has all that a statement may read in segments: what came until now is sealed, and what comes later waits. */
  async #seal({ reads }: PreparedStatement): Promise<void> {
    for (const { relation } of reads) {
      if (this.#relations.get(relation)?.kind === 'stream') await this.#parts.seal(relation);
    }
  }

  /** Everything that the process needs for one statement, and nothing more. */
  async #plan(
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
        ? await readData(statement.reads, this.#relations, use, parts)
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
        ...engineLimits(this.#parts.template()),
      },
      maskKey: (await keys.digestKey('mask')).key.exportBytes(),
      columnNotes: statement.columnNotes,
      notes: { purpose, ...over?.notes },
      ...(sealedOnly ? { digested: true } : {}),
    };
    return { plan, keys: data.keys, ended: data.ended, segments: data.segments };
  }
}

/** The same of one that a private view answers with noise. */
interface AdmittedPrivately {
  readonly question: PrivateQuestion;
  readonly logged: Promise<unknown>;
}

/** What an answer cost, in the form of a structured field (RFC 9651). */
function budgetHeader(balance: Balance | null): Readonly<Record<string, string>> {
  if (balance === null) return {};
  const { cost, left, epsilon, delta } = balance;
  const decimal = (value: number): string => value.toFixed(3);
  const spent = `cost=${decimal(cost)}, left=${decimal(left)}, epsilon=${decimal(epsilon)}`;
  return { 'weir-privacy': `${spent}, delta="${delta}"` };
}

/** The platform itself, where it looks whether a hold is about a segment. */
const COUNTER: Caller = {
  subject: { id: 'weir:retention', kind: 'service', roles: [], standing: 'good', deviceType: null },
  actor: 'weir:retention',
  peer: { kind: 'none', name: null, serial: null, address: '', listener: 'api' },
};

/** What answers are made of an object's columns for the platform itself. */
const DEVICES_OF = {
  relation: {
    name: 'readings',
    kind: 'stream',
    description: null,
    purposes: [],
    columns: [
      { name: 'device', sqlType: 'VARCHAR', nullable: false, class: 'operational', unit: null, description: null },
    ],
    from: [],
    definition: null,
  },
  purpose: null,
  notes: {},
} as const;

/** The relations that a statement reads, and the views that it names. */
function decidedAbout({ reads, source }: PreparedStatement, { relations }: QueryAccess): readonly string[] {
  const views = [...relations.values()].filter(({ kind }) => kind === 'view').map(({ name }) => name);
  return [...new Set([...reads.map(({ relation }) => relation), ...namedRelations(source.ast, views)])];
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

async function parseCondition(process: QueryProcess, condition: string): Promise<AstNode | null> {
  const tree = await process.peer.call('parseCondition', condition);
  const root = tree === null ? null : parseAst(tree);
  return root !== null && isNode(root) ? root : null;
}

/** Both, however one of them fails: an entry that could not be written is told of before what the statement met. */
async function settled<A, B>(running: Promise<A>, logged: Promise<B>): Promise<readonly [A, B]> {
  await Promise.allSettled([running, logged]);
  await logged;
  return [await running, await logged];
}

function confinementOf(layout: DataDirectory, mountPoint: string): ConfinementOptions {
  const flags = ['--disable-warning=ExperimentalWarning', '--no-experimental-ffi'];
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

function engineLimits({ limits }: Template): EngineLimits {
  return { memory: bytes(limits.queryMemoryBytes), threads: ENGINE_THREADS };
}

function unconfined(why: string): ServerError {
  return new ServerError('SERVER_QUERY_UNCONFINED', `Cannot start: query processes cannot be confined here (${why})`, {
    hint: 'Allow user namespaces on this machine, or accept it with --allow-unconfined-query',
  });
}

function refusal(prepared: RejectedStatement, wrongPurpose: string | undefined, purpose: string | null): QueryError {
  if (wrongPurpose !== undefined) {
    return new QueryError(
      'QUERY_REFUSED',
      `Cannot run statement: ${wrongPurpose} is not there for ${purpose ?? 'no purpose'}`,
      {
        hint: 'State a purpose that the view serves and your role has, with --purpose',
      },
    );
  }
  return new QueryError(prepared.code, prepared.message, prepared.hint === null ? {} : { hint: prepared.hint });
}

function outsideRegion(name: string): QueryError {
  return new QueryError(
    'QUERY_REFUSED',
    `Cannot run statement: ${name} stays in its region, and you are outside of it`,
    {
      hint: 'Ask for a view that may cross, or who administers for a transfer: npm run -s weir -- transfer record',
    },
  );
}

function withoutPurpose({ name, purposes }: Pick<GovernedRelation, 'name' | 'purposes'>): QueryError {
  return new QueryError(
    'QUERY_REFUSED',
    `Cannot run statement: ${name} is there for ${purposes.join(', ')}, and no purpose was stated`,
    { hint: `State what the answer is for: --purpose ${purposes[0] ?? ''}` },
  );
}

function resolverOf(process: QueryProcess) {
  return {
    parse: (sql: string) => process.peer.call('parse', sql),
    run: async (
      plan: Parameters<QueryProcess['execute']>[0]['plan'],
      format: Parameters<QueryProcess['execute']>[0]['format'],
    ) => {
      const parts: Uint8Array[] = [];
      const keep = async (part: Uint8Array): Promise<void> => void parts.push(part);
      const ports: RunPorts = { sink: keep, keys: () => Promise.reject(new TypeError('a template reads no segment')) };
      await process.execute({ plan, format }, ports, new AbortController().signal);
      return concatBytes(parts);
    },
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
