import { systemClock } from '#base/core/index.ts';
import type { AuditReceipt, AuditSink } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { rolesOf } from '#declare/policy/index.ts';
import type { DecisionPoint, Subject } from '#declare/policy/index.ts';
import type { Template } from '#declare/template/index.ts';
import {
  checkParameters,
  namedRelations,
  normaliseStatement,
  prepareStatement,
  QueryError,
} from '#flow/query/index.ts';
import type {
  GovernedRelation,
  PreparedPrivately,
  PreparedStatement,
  RejectedStatement,
  Relations,
} from '#flow/query/index.ts';
import { formatPolicies } from '#trust/audit/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import type { Caller } from '../api/caller.ts';
import type { QueryRequest } from '../api/services.ts';
import type { SegmentHost } from '../control/segment-host.ts';
import type { ShownDomains } from '../tokens/shown-domains.ts';
import type { ConditionReader, Conditions } from './condition-reader.ts';
import type { PrivateQuestion } from './private-queries.ts';
import { askingPurpose, decideAccess, impliedPurpose } from './query-access.ts';
import type { Declared, QueryAccess } from './query-access.ts';
import { accessOver } from './query-data.ts';
import type { QueryDataParts, SealedRelation } from './query-data.ts';
import type { QueryProcess } from './query-process.ts';
import type { StatementBook } from './statement-book.ts';
import { outsideRegion, rejection, withoutPurpose } from './statement-refusals.ts';
import { withholdRows } from './withheld-rows.ts';

export interface StatementAdmissionParts {
  readonly audit: AuditSink;
  readonly decisions: DecisionPoint;
  readonly keys: Pick<KeyRing, 'digestKey'>;
  readonly segments: Pick<SegmentHost, 'active'>;
  readonly shown: Pick<ShownDomains, 'asOfNow'>;
  readonly statements: StatementBook;
  readonly template: () => Template;
  /** Columns of a relation of which something that no segment has is an original, although they are declared tokens. */
  readonly originals: (relation: string) => ReadonlySet<string>;
  /** Rows of each relation that nobody is shown, as a condition in SQL; another map once that changed. */
  readonly withheld: () => ReadonlyMap<string, string | null>;
}

/** A statement that may run once its entries are durable. */
export interface Admitted {
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

/** The same of one that a private view answers with noise. */
export interface AdmittedPrivately {
  readonly question: PrivateQuestion;
  /** The statement's own tree. */
  readonly ast: string;
  readonly logged: Promise<unknown>;
}

/** Relations without rows that nobody is shown, and what they were made from. */
interface Shown {
  readonly from: Relations;
  readonly withheld: ReadonlyMap<string, string | null>;
  readonly relations: Promise<Relations>;
}

const PURPOSE = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** Decides which statements may run, over what, and has each in the log before its author hears of it. */
export class StatementAdmission {
  readonly #parts: StatementAdmissionParts;
  readonly #relations: () => Relations;
  readonly #conditions: Pick<ConditionReader, 'within'>;
  /** The relations without the rows that nobody is shown, by who read their conditions. */
  readonly #shown = new WeakMap<Conditions, Shown>();

  /** @param relations those of the template in force */
  constructor(parts: StatementAdmissionParts, relations: () => Relations, conditions: Pick<ConditionReader, 'within'>) {
    this.#parts = parts;
    this.#relations = relations;
    this.#conditions = conditions;
  }

  /**
   * Parses, decides and logs. What is refused is logged too, before its author hears of it; what is allowed may run once
   * `logged` has resolved.
   */
  async admit(process: QueryProcess, caller: Caller, request: QueryRequest): Promise<Admitted | AdmittedPrivately> {
    const { over } = request;
    // Before it is read whose rows are withheld: what these are called is known for this way of showing at least.
    const shown = this.#parts.shown.asOfNow();
    const conditions = this.#conditions.within(process);
    const declared = await this.declaredTo(conditions, caller);
    const purpose =
      over === undefined ? (request.purpose ?? impliedPurpose(request.sql, caller.subject, declared)) : over.purpose;
    const access =
      over === undefined
        ? await this.access(conditions, caller.subject, purpose, declared)
        : accessOver(await this.#withheldFrom(conditions, over));
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
      throw elsewhere === undefined ? rejection(prepared, wrongPurpose, purpose) : outsideRegion(elsewhere);
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
      const question = { statement, relations, grants, actor, roles, purpose, epsilon, shown };
      return { question, ast: prepared.source.ast, logged };
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
  async declaredTo(conditions: Conditions, { peer }: Caller): Promise<Declared> {
    const { template, decisions, originals } = this.#parts;
    const context = { time: systemClock.now(), address: peer.address };
    return {
      template: template(),
      relations: await this.#shownBy(conditions),
      decisions,
      context,
      unsealed: originals,
    };
  }

  /** The relations of the template, each with the condition that its rows must meet whoever asks. */
  #shownBy(conditions: Conditions): Promise<Relations> {
    const [from, withheld] = [this.#relations(), this.#parts.withheld()];
    const known = this.#shown.get(conditions);
    if (known?.from === from && known.withheld === withheld) return known.relations;
    const relations = withholdRows(from, withheld, conditions.readOnce);
    // What could not be read, because a process ended, may be the next time.
    relations.catch(() => this.#shown.delete(conditions));
    this.#shown.set(conditions, { from, withheld, relations });
    return relations;
  }

  /** A relation of sealed objects without what nobody is shown of what it was made from. */
  async #withheldFrom({ readOnce }: Conditions, over: SealedRelation): Promise<SealedRelation> {
    const { name } = over.relation;
    let relation: GovernedRelation = over.relation;
    for (const { name: source, kept } of over.sources ?? []) {
      const rows = this.#parts.withheld().get(source);
      if (rows === undefined) continue;
      // What else stands under the name of a column tells nobody's rows.
      const told = { ...over.relation, columns: relation.columns.filter((column) => kept.includes(column.name)) };
      const shown = await withholdRows(new Map([[name, told]]), new Map([[name, rows]]), readOnce);
      const withheld = shown.get(name)?.withheld;
      if (withheld === undefined || relation.withheld !== undefined) {
        throw new QueryError('QUERY_REFUSED', `Cannot read ${name}: rows of somebody are being erased from it`, {
          hint: 'Try again in a moment',
        });
      }
      relation = { ...relation, withheld };
    }
    return { ...over, relation };
  }

  /** What a subject may have of what is declared, at this moment. */
  async access(
    { read }: Conditions,
    subject: Subject,
    purpose: string | null,
    declared: Declared,
  ): Promise<QueryAccess> {
    const segments = await this.#parts.segments.active();
    return decideAccess(subject, purpose, declared, segments, read);
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
      const relation = this.#relations().get(prepared.view);
      return relation !== undefined && relation.purposes.length > 0
        ? relation
        : askingPurpose(template, [prepared.view]);
    }
    return askingPurpose(template, namedRelations(prepared.source.ast, this.#relations().keys()));
  }
}

/** The relations that a statement reads, and the views that it names. */
export function decidedAbout({ reads, source }: PreparedStatement, { relations }: QueryAccess): readonly string[] {
  const views = [...relations.values()].filter(({ kind }) => kind === 'view').map(({ name }) => name);
  return [...new Set([...reads.map(({ relation }) => relation), ...namedRelations(source.ast, views)])];
}
