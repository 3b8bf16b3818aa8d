import { canonicalJson } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import type { EntriesProof } from './prove-entries.ts';
import { AuditError } from './errors.ts';

/** A relation as the decision about a statement let it be read. */
export interface ReceiptRelation {
  readonly name: string;
  /** `stream`, `view`, `table` or `system`: rows of streams are in the segments that the receipt names. */
  readonly kind: string;
  /** The policies that decided. */
  readonly policies: readonly string[];
  /** Whether only some rows may be seen. */
  readonly rowsFiltered: boolean;
  readonly columns: readonly { readonly name: string; readonly mask: string | null }[];
}

/** A segment that an answer was made from. */
export interface ReceiptSegment {
  readonly id: string;
  readonly version: number;
  readonly stream: string;
  readonly rows: number;
  /** Hex SHA-256 of the sealed object. */
  readonly digest: string;
}

/** What a receipt says. Its digest is in the log. */
export interface ReceiptBody {
  /** Id of the query. */
  readonly query: string;
  readonly actor: string;
  /** RFC 3339. */
  readonly time: string;
  readonly purpose: string | null;
  readonly statement: {
    /** The digest of its normal form, as the log's entries about the read have it. */
    readonly digest: string;
    /** Hex SHA-256 of the canonical JSON of `{parameters, sql}`, for whoever knows them. */
    readonly request: string;
  };
  /** Digest of the template in force, which the policies are part of. */
  readonly template: string;
  readonly relations: readonly ReceiptRelation[];
  readonly segments: readonly ReceiptSegment[];
  /** What the answer lacked, in words. */
  readonly missing: readonly string[];
  readonly result: {
    readonly columns: readonly { readonly name: string; readonly type: string }[];
    readonly rows: number;
    /** The canonical digest of the rows, whatever their format. */
    readonly digest: string;
    readonly format: string;
    /** Size and hex SHA-256 of the answer as it was sent. */
    readonly size: number;
    readonly sha256: string;
  };
  /** 32 random bytes in hex, so that the digest in the log tells nothing of the answer. */
  readonly salt: string;
}

/** What an answer was made from and what it was, with the proof that the log has it. */
export interface Receipt {
  readonly body: ReceiptBody;
  readonly proof: EntriesProof;
}

const VERSION = 1;

/** Longer texts are no receipts. */
const LENGTH_LIMIT = 67_108_864;

/** The digest that the log's entry about a receipt has. */
export function receiptDigest(body: ReceiptBody): string {
  return sha256Hex(canonicalJson(body as unknown as Json));
}

/** A receipt as a file: one line of canonical JSON. */
export function formatReceipt({ body, proof }: Receipt): string {
  return `${canonicalJson({ receipt: VERSION, body, ...proof } as unknown as Json)}\n`;
}

/**
 * Reads a receipt that nobody has verified yet. It has one form: a changed byte that would mean the same is refused.
 *
 * @throws {AuditError} AUDIT_RECEIPT_INVALID
 */
export function parseReceipt(text: string): Receipt {
  if (text.length > LENGTH_LIMIT) throw notAReceipt('it is too long');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw notAReceipt('it is not JSON', cause);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw notAReceipt('it is not an object');
  const { receipt, body, entries, checkpoint } = json as Record<string, unknown>;
  if (receipt !== VERSION) throw notAReceipt('its version is not known');
  if (!isBody(body)) throw notAReceipt('what it says has another form');
  if (!Array.isArray(entries) || !entries.every(isEntry)) throw notAReceipt('its entries have another form');
  if (typeof checkpoint !== 'string') throw notAReceipt('it has no checkpoint');
  const parsed = { body, proof: { entries, checkpoint } };
  if (formatReceipt(parsed) !== text) throw notAReceipt('its bytes are not canonical');
  return parsed;
}

function isEntry(value: unknown): value is EntriesProof['entries'][number] {
  const { index, entry, path } = asRecord(value);
  return Number.isSafeInteger(index) && typeof entry === 'string' && isTexts(path);
}

function isBody(value: unknown): value is ReceiptBody {
  const { query, actor, time, purpose, statement, template, relations, segments, missing, result, salt } =
    asRecord(value);
  return (
    [query, actor, time, template, salt].every(isText) &&
    (purpose === null || isText(purpose)) &&
    isTexts(missing) &&
    isText(asRecord(statement)['digest']) &&
    isText(asRecord(statement)['request']) &&
    areAll(relations, isRelation) &&
    areAll(segments, isSegment) &&
    isResult(result)
  );
}

function isRelation(value: unknown): boolean {
  const { name, kind, policies, rowsFiltered, columns } = asRecord(value);
  const isColumn = (column: unknown): boolean => {
    const { name: of, mask } = asRecord(column);
    return isText(of) && (mask === null || isText(mask));
  };
  return (
    isText(name) && isText(kind) && isTexts(policies) && typeof rowsFiltered === 'boolean' && areAll(columns, isColumn)
  );
}

function isSegment(value: unknown): boolean {
  const { id, version, stream, rows, digest } = asRecord(value);
  return [id, stream, digest].every(isText) && [version, rows].every(Number.isSafeInteger);
}

function isResult(value: unknown): boolean {
  const { columns, rows, digest, format, size, sha256 } = asRecord(value);
  const isColumn = (column: unknown): boolean => [asRecord(column)['name'], asRecord(column)['type']].every(isText);
  return (
    areAll(columns, isColumn) && [digest, format, sha256].every(isText) && [rows, size].every(Number.isSafeInteger)
  );
}

function areAll(value: unknown, is: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => is(item));
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isTexts(value: unknown): boolean {
  return areAll(value, isText);
}

function notAReceipt(why: string, cause?: unknown): AuditError {
  return new AuditError('AUDIT_RECEIPT_INVALID', `Cannot accept receipt: ${why}`, { cause });
}
