import { canonicalJson, formatMicros, toHex } from '#base/core/index.ts';
import type { AuditSink, Clock, Json, Random } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { formatReceipt, proveEntries, RECEIPT_ACTION, receiptDigest } from '#trust/audit/index.ts';
import type { LogSource, ReceiptBody } from '#trust/audit/index.ts';
import { ApiError } from '../api/errors.ts';
import type { SegmentEntries } from './segment-entries.ts';

export interface ReceiptDeskParts {
  readonly audit: AuditSink;
  /** The log, read once what was appended is published. */
  readonly published: () => Promise<LogSource>;
  readonly segmentEntries: Pick<SegmentEntries, 'find'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** What a receipt is made of, once the answer was sent. */
export interface ReceiptDraft extends Omit<ReceiptBody, 'time' | 'salt' | 'statement'> {
  readonly statement: { readonly digest: string; readonly sql: string; readonly parameters: Json };
  /** Indices of the entries that decided about the read. */
  readonly decided: readonly number[];
}

interface Issued {
  readonly subject: string;
  readonly body: ReceiptBody;
  readonly indices: readonly number[];
}

/** Receipts that are remembered: a caller asks at once or not at all. */
const MOST = 128;
const SALT_BYTES = 32;

/** Issues receipts: binds what an answer was made from, and what it was, into the log, and proves it. */
export class ReceiptDesk {
  readonly #parts: ReceiptDeskParts;
  readonly #issued = new Map<string, Issued>();

  constructor(parts: ReceiptDeskParts) {
    this.#parts = parts;
  }

  /** Puts a receipt into the log. @param subject who may have it */
  async issue(subject: string, draft: ReceiptDraft): Promise<void> {
    const { audit, clock, random } = this.#parts;
    const { statement, decided, ...rest } = draft;
    const { digest, sql, parameters } = statement;
    const body: ReceiptBody = {
      ...rest,
      time: formatMicros(clock.now()),
      statement: { digest, request: requestDigest(sql, parameters) },
      salt: toHex(random.bytes(SALT_BYTES)),
    };
    const { index } = await audit.append({
      actor: body.actor,
      action: RECEIPT_ACTION,
      resource: `query:${body.query}`,
      ...(body.purpose === null ? {} : { purpose: body.purpose }),
      outcome: 'done',
      digest: receiptDigest(body),
    });
    this.#issued.set(body.query, { subject, body, indices: [...decided, index] });
    const [oldest] = this.#issued.keys();
    if (this.#issued.size > MOST && oldest !== undefined) this.#issued.delete(oldest);
  }

  /**
   * The receipt of a query that this subject ran, as a file.
   *
   * @throws {ApiError} API_RECEIPT_UNKNOWN; API_RECEIPT_UNPROVEN where the log lacks a segment, such as one whose entry
   *   is still owed to it
   */
  async show(query: string, subject: string): Promise<string> {
    const issued = this.#issued.get(query);
    if (issued?.subject !== subject) {
      throw new ApiError('API_RECEIPT_UNKNOWN', 'Cannot show receipt: you asked for none with that query of late');
    }
    const { body, indices } = issued;
    const places = await this.#parts.segmentEntries.find(body.segments);
    const missing = body.segments.find((_, at) => places[at] === null);
    if (missing !== undefined) {
      throw new ApiError(
        'API_RECEIPT_UNPROVEN',
        `Cannot prove receipt: the log has no entry yet about segment ${missing.id}`,
      );
    }
    const source = await this.#parts.published();
    return formatReceipt({ body, proof: await proveEntries(source, [...indices, ...(places as number[])]) });
  }
}

/** What binds a receipt to the statement as it was sent. */
export function requestDigest(sql: string, parameters: Json): string {
  return sha256Hex(canonicalJson({ sql: sql.toWellFormed(), parameters }));
}
