import type { AuditEvent } from '#base/core/index.ts';
import { AuditError } from './errors.ts';
import { verifyEntries } from './prove-entries.ts';
import type { ProofKeys, ProvenEntries } from './prove-entries.ts';
import { parseReceipt, receiptDigest } from './receipt.ts';
import type { ReceiptBody, ReceiptRelation } from './receipt.ts';
import type { PlacedEntry } from './tail-log.ts';

/** Actions of the log that receipts are made of. */
export const RECEIPT_ACTION = 'issue-receipt';

/** Policies of a decision as an entry names them: as many as it can hold. */
export function formatPolicies(policies: readonly string[]): string {
  return policies.join(' ').slice(0, 512);
}

/** What a receipt shows once it holds. */
export interface CheckedReceipt extends Omit<ProvenEntries, 'entries'> {
  readonly body: ReceiptBody;
  /** Index of the entry that binds the receipt. */
  readonly index: number;
  /** Relations whose rows are in no segment: the platform vouches for them with its signature alone. */
  readonly vouched: readonly string[];
}

/**
 * Checks a receipt with nothing but public keys: each entry is in the log under the checkpoint; one binds what the
 * receipt says; each relation that was read has an entry with the same statement, caller, purpose and policies; each
 * segment has an entry with its digest.
 *
 * @throws {AuditError} AUDIT_RECEIPT_INVALID if it says something that its entries do not; AUDIT_PROOF_INVALID,
 *   AUDIT_ENTRY_INVALID or AUDIT_CHECKPOINT_INVALID if they are not proven
 */
export function checkReceipt(text: string, keys: ProofKeys): CheckedReceipt {
  const { body, proof } = parseReceipt(text);
  const { entries, checkpoint, cosigners } = verifyEntries(proof, keys);
  const used = new Set<PlacedEntry>();
  const demand = (what: string, is: (event: AuditEvent) => boolean): PlacedEntry => {
    const found = entries.find(({ event }) => is(event));
    if (found === undefined) throw new AuditError('AUDIT_RECEIPT_INVALID', `Cannot accept receipt: ${what}`);
    used.add(found);
    return found;
  };
  const digest = receiptDigest(body);
  const { index } = demand(
    'no entry of the log binds what it says',
    (event) =>
      event.action === RECEIPT_ACTION &&
      event.resource === `query:${body.query}` &&
      event.actor === body.actor &&
      event.outcome === 'done' &&
      event.digest === digest,
  );
  for (const relation of body.relations) {
    demand(`no entry of the log decides about ${relation.name} as it says`, (event) => decides(event, body, relation));
  }
  for (const segment of body.segments) {
    demand(
      `no entry of the log has the digest of segment ${segment.id}`,
      (event) =>
        event.resource === `segment:${segment.id}` && event.outcome === 'done' && event.digest === segment.digest,
    );
  }
  if (used.size !== entries.length) {
    throw new AuditError('AUDIT_RECEIPT_INVALID', 'Cannot accept receipt: it has entries that say nothing of it');
  }
  const vouched = body.relations.filter(({ kind }) => kind === 'table' || kind === 'system').map(({ name }) => name);
  return { body, index, vouched, checkpoint, cosigners };
}

function decides(event: AuditEvent, body: ReceiptBody, relation: ReceiptRelation): boolean {
  return (
    event.action === 'query' &&
    event.outcome === 'allowed' &&
    event.resource === `view:${relation.name}` &&
    event.actor === body.actor &&
    event.digest === body.statement.digest &&
    (event.purpose ?? null) === body.purpose &&
    (event.detail?.['policies'] ?? '') === formatPolicies(relation.policies)
  );
}
