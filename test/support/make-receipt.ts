import type { AuditEvent } from '#base/core/index.ts';
import type { NoteVerifier } from '#base/crypto/index.ts';
import { formatPolicies, proveEntries, RECEIPT_ACTION, receiptDigest } from '#trust/audit/index.ts';
import type { AuditLog, Receipt, ReceiptBody } from '#trust/audit/index.ts';
import { openAuditLog } from './open-audit-log.ts';
import type { Cleanable } from './tmp.ts';

/** A receipt over a real log that says what its entries say. */
export interface MadeReceipt {
  readonly log: AuditLog;
  readonly keys: NoteVerifier[];
  readonly receipt: Receipt;
  /** Proves the same entries for another body. */
  readonly with: (body: Partial<ReceiptBody>) => Promise<Receipt>;
}

export const RECEIPT_BODY: ReceiptBody = {
  query: '0193f2',
  actor: 'person:ada',
  time: '2026-01-01T00:00:00.000000Z',
  purpose: 'quality',
  statement: { digest: 'a1'.repeat(32), request: 'a2'.repeat(32) },
  template: 'a3'.repeat(32),
  relations: [
    {
      name: 'climate',
      kind: 'stream',
      policies: ['people.scientist.query.climate', 'streams.climate.quality'],
      rowsFiltered: false,
      columns: [{ name: 'device', mask: null }],
    },
    { name: '_devices', kind: 'system', policies: [], rowsFiltered: false, columns: [] },
  ],
  segments: [{ id: 's1', version: 1, stream: 'climate', rows: 10, digest: 'b1'.repeat(32) }],
  missing: [],
  result: {
    columns: [{ name: 'device', type: 'VARCHAR' }],
    rows: 2,
    digest: 'c1'.repeat(32),
    format: 'csv',
    size: 12,
    sha256: 'c2'.repeat(32),
  },
  salt: 'd1'.repeat(32),
};

/** For tests only: a receipt and its entries in a log of its own, among others; `body` is bound into it as well. */
export async function makeReceipt(t: Cleanable, body: ReceiptBody = RECEIPT_BODY): Promise<MadeReceipt> {
  const { log, keys } = await openAuditLog(t);
  const { actor, purpose } = body;
  const other: AuditEvent = { actor: 'weir:control', action: 'start', resource: 'platform:*', outcome: 'done' };
  const events: AuditEvent[] = [
    ...body.segments.map(({ id, digest }): AuditEvent => ({
      actor: 'weir:store',
      action: 'seal-segment',
      resource: `segment:${id}`,
      outcome: 'done',
      digest,
    })),
    ...body.relations.map(({ name, policies }): AuditEvent => ({
      actor,
      action: 'query',
      resource: `view:${name}`,
      ...(purpose === null ? {} : { purpose }),
      outcome: 'allowed',
      digest: body.statement.digest,
      ...(policies.length === 0 ? {} : { detail: { policies: formatPolicies(policies) } }),
    })),
  ];
  const bind = (of: ReceiptBody): AuditEvent => ({
    actor: of.actor,
    action: RECEIPT_ACTION,
    resource: `query:${of.query}`,
    outcome: 'done',
    digest: receiptDigest(of),
  });
  const indices: number[] = [];
  for (const event of events) {
    indices.push((await log.append(event)).index);
    await log.append(other);
  }
  const prove = async (of: ReceiptBody): Promise<Receipt> => {
    const { index } = await log.append(bind(of));
    await log.flush();
    return { body: of, proof: await proveEntries(log.source, [...indices, index]) };
  };
  return { log, keys, receipt: await prove(body), with: (more) => prove({ ...body, ...more }) };
}
