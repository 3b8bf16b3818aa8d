import { bytes, concatBytes, decodeUtf8, millis } from '#base/core/index.ts';
import type { Clock, Micros, Random } from '#base/core/index.ts';
import {
  answerPrivately,
  DiscreteNoise,
  gateStatement,
  passesOf,
  periodsOf,
  privateAccess,
  QueryError,
  rhoOfEpsilon,
  SQL_TYPES,
} from '#flow/query/index.ts';
import type {
  Balance,
  ColumnNotes,
  ExactRows,
  GatedStatement,
  GovernedRelation,
  Grants,
  PrivacyLedger,
  PrivateAccess,
  PrivateAnswer,
  PrivateStatement,
  QueryPlan,
  Relations,
} from '#flow/query/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import type { SegmentHost } from '../control/segment-host.ts';
import { readData } from './query-data.ts';
import type { QueryDataParts } from './query-data.ts';
import { memoryRows } from './memory-rows.ts';
import type { QueryPool } from './query-pool.ts';
import type { QueryProcess, RunPorts } from './query-process.ts';

/** Who works exact sums out serves nobody who asks: what it has opened stays out of every process that does. */
const EXACT_READER = 'weir:private';
/** Rows of an exact pass: groups, each with the leaves of a tree. */
const MOST_ROWS = 1_000_000;
const THREADS = 2;
/** The answer with noise, as the statement that orders and encodes it names it. */
const ANSWER = '_answer';

export interface PrivateQueryParts extends QueryDataParts {
  readonly pool: QueryPool;
  readonly ledger: PrivacyLedger;
  readonly keys: Pick<KeyRing, 'unwrapDataKeys' | 'destructions'>;
  readonly segments: Pick<SegmentHost, 'active' | 'visible'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly template: () => Template;
}

/** A statement that was admitted, and for whom. */
export interface PrivateQuestion {
  readonly statement: PrivateStatement;
  readonly relations: Relations;
  readonly grants: Grants;
  readonly actor: string;
  readonly roles: readonly string[];
  readonly purpose: string | null;
  /** ε that the answer may cost; null for what the stream says. */
  readonly epsilon: number | null;
  /** How tokens were shown as it was decided which rows may be. */
  readonly shown: QueryDataParts['shown'];
}

/**
 * Answers of private views. In order: the passes over the rows are written and gated, the budget is paid, durably, exact
 * sums come from a process of their own, noise is added here, beside the ledger. A process that reads statements never has
 * both the rows and a way out.
 */
export class PrivateQueries {
  readonly #parts: PrivateQueryParts;
  readonly #noise: DiscreteNoise;

  constructor(parts: PrivateQueryParts) {
    this.#parts = parts;
    this.#noise = new DiscreteNoise(parts.random);
  }

  /**
   * @param logged resolves once the statement's own entry is durable; nothing is paid or read before
   * @throws {QueryError} QUERY_BUDGET_SPENT, QUERY_REFUSED, or why the sums could not be worked out, without a word of the engine
   */
  async answer(
    question: PrivateQuestion,
    logged: Promise<unknown>,
    signal: AbortSignal,
  ): Promise<{ readonly answer: PrivateAnswer; readonly balance: Balance }> {
    const { pool } = this.#parts;
    const { statement } = question;
    const { rules } = statement.view;
    const rho = rhoOfEpsilon(question.epsilon ?? rules.query, rules.delta);
    if (rho < 1) throw new QueryError('QUERY_REFUSED', 'Cannot run statement: so small an ε tells nothing at all');
    const access = accessOf(question);
    const { exact, balance } = await pool.use(EXACT_READER, async (process) => {
      const gated: GatedStatement[] = [];
      for (const { sql } of passesOf(statement, access.onGrid)) gated.push(await gate(process, sql, access));
      await logged;
      const paid = await this.#pay(question, rho);
      const rows: ExactRows[] = [];
      for (const pass of gated) rows.push(await this.#sum(process, pass, question, access, signal));
      return { exact: rows, balance: paid };
    });
    return { answer: await answerPrivately(statement, exact, rho, this.#noise), balance };
  }

  /** The plan that orders an answer, cuts it and gives it its names. */
  async planAnswer(
    process: QueryProcess,
    { statement, purpose }: PrivateQuestion,
    answer: PrivateAnswer,
    balance: Balance,
  ): Promise<QueryPlan> {
    const shapes = answer.columns.map(({ type }, i) => ({ name: `c${i}`, type, nullable: true }));
    const notes = statement.outputs.flatMap((output): readonly ColumnNotes[] => {
      const column = output.is === 'key' ? statement.keys[output.key]?.column : output.aggregate.column;
      const unitless = output.is === 'aggregate' && ['count', 'variance'].includes(output.aggregate.ask);
      const note = { class: column?.class ?? null, unit: unitless ? null : (column?.unit ?? null) };
      return output.is === 'key' ? [note] : [note, note];
    });
    // An aggregate has two columns, and what is ordered by is the first of them.
    const starts = statement.outputs.map((_, i) =>
      statement.outputs.slice(0, i).reduce((sum, { is }) => sum + (is === 'key' ? 1 : 2), 1),
    );
    const order = statement.order.map(
      ({ output, descending }) => `${starts[output] ?? 1} ${descending ? 'DESC' : 'ASC'}`,
    );
    const names = answer.columns.map(({ name }, i) => `c${i} AS "${name.replaceAll('"', '""')}"`);
    const sql =
      `SELECT ${names.join(', ')} FROM ${ANSWER}` +
      (order.length === 0 ? '' : ` ORDER BY ${order.join(', ')}`) +
      (statement.limit === null ? '' : ` LIMIT ${statement.limit}`);
    const relation: GovernedRelation = {
      name: ANSWER,
      kind: 'system',
      description: null,
      purposes: [],
      columns: shapes.map(({ name, type, nullable }) => ({
        name,
        sqlType: SQL_TYPES[type],
        nullable,
        class: 'operational',
        unit: null,
        description: null,
      })),
      from: [],
      definition: null,
    };
    const grants: Grants = new Map([
      [ANSWER, { columns: shapes.map(({ name }) => ({ name, mask: null })), rowFilter: null }],
    ]);
    const gated = await gate(process, sql, { relations: new Map([[ANSWER, relation]]), grants });
    const { limits } = this.#parts.template();
    return {
      ast: gated.ast,
      explain: false,
      relations: [{ name: ANSWER, columns: shapes, segments: [], tail: [memoryRows(shapes, answer.rows)] }],
      parameters: [],
      limits: { ...this.#limits(), rows: limits.queryRows },
      maskKey: new Uint8Array(32),
      columnNotes: notes,
      notes: { purpose, privacy: balance },
    };
  }

  async #pay({ statement, actor, roles }: PrivateQuestion, rho: number): Promise<Balance> {
    const { ledger, segments, clock } = this.#parts;
    const { stream, rules, name: view } = statement.view;
    const now = clock.now();
    const first = firstReceived(
      (await segments.active()).filter((segment) => segment.stream === stream),
      now,
    );
    const periods = periodsOf(rules, statement.received, first, now);
    return ledger.spend({ stream, rules, roles, periods, rho, actor, view, now });
  }

  async #sum(
    process: QueryProcess,
    gated: GatedStatement,
    { actor, purpose, relations, shown }: PrivateQuestion,
    access: PrivateAccess,
    signal: AbortSignal,
  ): Promise<ExactRows> {
    const use = { actor, ...(purpose === null ? {} : { purpose }) };
    const data = await readData(gated.reads, new Map([...relations, ...access.relations]), use, {
      ...this.#parts,
      shown,
    });
    const plan: QueryPlan = {
      ast: gated.ast,
      veiled: true,
      handedOn: true,
      explain: false,
      relations: data.relations,
      parameters: [],
      limits: { ...this.#limits(), rows: MOST_ROWS },
      maskKey: new Uint8Array(32),
      columnNotes: [],
      notes: { purpose: null },
    };
    const parts: Uint8Array[] = [];
    const ports: RunPorts = { sink: async (part) => void parts.push(part), keys: data.keys, ended: data.ended };
    try {
      await process.execute({ plan, format: 'ndjson' }, ports, signal);
    } catch (error) {
      throw withoutDetail(error);
    }
    const text = decodeUtf8(concatBytes(parts)).trim();
    return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as Record<string, string>);
  }

  #limits() {
    const { limits } = this.#parts.template();
    return { time: millis(limits.queryTime), memory: bytes(limits.queryMemoryBytes), threads: THREADS };
  }
}

function accessOf({ statement, relations, grants }: PrivateQuestion): PrivateAccess {
  const relation = relations.get(statement.view.name);
  if (relation === undefined) throw new TypeError(`${statement.view.name} is gone`);
  return privateAccess(relation, statement.view, { relations, grants });
}

async function gate(
  process: QueryProcess,
  sql: string,
  access: { readonly relations: Relations; readonly grants: Grants },
): Promise<GatedStatement> {
  const parsed = await process.peer.call('parse', sql);
  const gated = parsed.outcome === 'parsed' ? gateStatement(parsed.ast, access) : parsed;
  if (gated.outcome === 'ready') return gated;
  throw new QueryError('QUERY_UNSUPPORTED', `Cannot run statement: ${gated.message}`);
}

/** What a failure says may not depend on rows: the engine's own words are left out, whatever they are. */
function withoutDetail(error: unknown): unknown {
  if (!(error instanceof QueryError)) return error;
  return new QueryError(error.code, error.message, error.hint === undefined ? {} : { hint: error.hint });
}

/** When the first row that is stored was received; of a segment that does not say, the first time that it may have been. */
function firstReceived(
  segments: readonly { readonly received?: { readonly first: Micros }; readonly minTime: Micros }[],
  now: Micros,
): number {
  return segments.reduce<number>((least, { received, minTime }) => Math.min(least, received?.first ?? minTime), now);
}
