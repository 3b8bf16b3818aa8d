import { fromBase64, toBase64 } from '#base/core/index.ts';
import { MERKLE_HASH_LENGTH, MERKLE_PROOF_LIMIT } from '#base/crypto/index.ts';
import { AuditError } from './errors.ts';

/** What a log asks a witness: to cosign a checkpoint that grew from the size it last cosigned. */
export interface AddCheckpointRequest {
  readonly oldSize: number;
  /** Consistency proof from the old size to the checkpoint's. */
  readonly proof: readonly Uint8Array[];
  /** The checkpoint, a signed note. */
  readonly note: string;
}

/** Longer bodies are not read: a proof, and a checkpoint with its signatures. */
export const REQUEST_LENGTH_LIMIT = 131_072;

/** The body of a request. */
export function formatAddCheckpoint({ oldSize, proof, note }: AddCheckpointRequest): string {
  return `old ${oldSize}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n${note}`;
}

/**
 * Reads the body of a request.
 *
 * @throws {AuditError} AUDIT_REQUEST_INVALID if it has another form
 * @see C2SP tlog-witness, «add-checkpoint»
 */
export function parseAddCheckpoint(body: string): AddCheckpointRequest {
  // Untrusted: anyone can send this.
  const split = body.length > REQUEST_LENGTH_LIMIT ? -1 : body.indexOf('\n\n');
  if (split === -1) throw invalid('no blank line stands before a checkpoint');
  const lines = body.slice(0, split).split('\n');
  const old = /^old (0|[1-9][0-9]{0,15})$/.exec(lines.shift() ?? '')?.[1];
  if (old === undefined || !Number.isSafeInteger(Number(old))) throw invalid('its first line gives no old size');
  if (lines.length > MERKLE_PROOF_LIMIT) throw invalid('its proof is too long');
  return { oldSize: Number(old), proof: lines.map(parseHash), note: body.slice(split + 2) };
}

function parseHash(line: string): Uint8Array {
  let hash: Uint8Array;
  try {
    hash = fromBase64(line);
  } catch (cause) {
    throw invalid('a line of its proof is not base64', cause);
  }
  if (hash.length !== MERKLE_HASH_LENGTH) throw invalid('a hash of its proof has not 32 bytes');
  return hash;
}

function invalid(why: string, cause?: unknown): AuditError {
  return new AuditError('AUDIT_REQUEST_INVALID', `Cannot read request to the witness: ${why}`, { cause });
}
