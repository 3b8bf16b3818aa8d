import type { AuditReceipt } from '#base/core/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { PreparedStatement, QuerySummary } from '#flow/query/index.ts';
import type { Segment } from '#flow/store/index.ts';
import type { Caller } from '../api/caller.ts';
import type { QueryRequest } from '../api/services.ts';
import type { QueryAccess } from '../query/query-access.ts';
import type { ReceiptDraft } from './receipt-desk.ts';

/** A statement that was answered. */
export interface Answered {
  readonly id: string;
  readonly caller: Pick<Caller, 'actor'>;
  readonly request: Pick<QueryRequest, 'sql' | 'parameters' | 'format'>;
  readonly purpose: string | null;
  /** Of its normal form. */
  readonly digest: string;
  readonly reads: PreparedStatement['reads'];
  /** What was decided about: what is read, and the views that are named. */
  readonly views: readonly string[];
  /** Of the bytes that were sent. */
  readonly sha256: string;
}

/** What was decided about it and what it was made from. */
export interface MadeFrom extends Pick<QueryAccess, 'relations' | 'grants' | 'policies'> {
  readonly segments: readonly Pick<Segment, 'id' | 'version' | 'stream' | 'rows' | 'digest'>[];
  readonly missing: readonly string[];
  readonly summary: Pick<QuerySummary, 'rows' | 'columns' | 'resultBytes' | 'digest'>;
  readonly decided: readonly AuditReceipt[];
  readonly template: Pick<Template, 'digest'>;
}

/** What a receipt of an answer says. */
export function requestReceipt(of: Answered, from: MadeFrom): ReceiptDraft {
  const { summary } = from;
  const relations = of.views.map((name) => {
    const grant = from.grants.get(name);
    const read = of.reads.find(({ relation }) => relation === name)?.columns;
    // Of a view everything that it shows may have gone into the answer.
    const seen = (grant?.columns ?? []).filter((column) => read === undefined || read.includes(column.name));
    return {
      name,
      kind: from.relations.get(name)?.kind ?? 'view',
      policies: from.policies.get(name) ?? [],
      rowsFiltered: grant !== undefined && grant.rowFilter !== null,
      columns: seen.map((column) => ({ name: column.name, mask: column.mask })),
    };
  });
  return {
    query: of.id,
    actor: of.caller.actor,
    purpose: of.purpose,
    statement: { digest: of.digest, sql: of.request.sql, parameters: of.request.parameters },
    template: from.template.digest,
    relations,
    segments: from.segments.map(({ id, version, stream, rows, digest }) => ({ id, version, stream, rows, digest })),
    missing: from.missing,
    result: {
      columns: summary.columns,
      rows: summary.rows,
      digest: summary.digest ?? '',
      format: of.request.format,
      size: summary.resultBytes,
      sha256: of.sha256,
    },
    decided: from.decided.map(({ index }) => index),
  };
}
