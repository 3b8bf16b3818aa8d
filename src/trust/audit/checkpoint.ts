import { fromBase64, hasCode, toBase64 } from '#base/core/index.ts';
import { MERKLE_HASH_LENGTH, openNote, parseNote } from '#base/crypto/index.ts';
import type { NoteVerifier } from '#base/crypto/index.ts';
import { AuditError } from './errors.ts';

/** A log's head: how many entries it has, and the root over them. */
export interface Checkpoint {
  /** The log's identity; its first key's name. */
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

/** A checkpoint that a key of the log has signed. */
export interface SignedCheckpoint extends Checkpoint {
  /** The text that the signatures are over. */
  readonly text: string;
  /** The whole note as it was read. */
  readonly note: string;
  /** Those of the log's keys whose signatures hold. */
  readonly signers: readonly NoteVerifier[];
}

/** The text of a checkpoint, to be signed. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/**
 * Reads the text of a checkpoint; its extension lines are passed over.
 *
 * @throws {AuditError} AUDIT_CHECKPOINT_INVALID if it has another form
 * @see C2SP tlog-checkpoint, «Note text»
 */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n');
  const [origin = '', sizeText = '', rootText = ''] = lines;
  if (lines.length < 4 || lines.pop() !== '' || lines.includes('')) throw invalid('it is not three lines and more');
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(sizeText)) throw invalid('its size is no number');
  const size = Number(sizeText);
  if (!Number.isSafeInteger(size)) throw invalid('its size is too large');
  let root: Uint8Array;
  try {
    root = fromBase64(rootText);
  } catch (cause) {
    throw invalid('its root is not base64', cause);
  }
  // Base64 can be written in more than one way; a checkpoint only in one.
  if (root.length !== MERKLE_HASH_LENGTH || toBase64(root) !== rootText) throw invalid('its root has not 32 bytes');
  return { origin, size, root };
}

/**
 * Reads a checkpoint that nobody has verified yet: to learn whose it says it is.
 *
 * @throws {AuditError} AUDIT_CHECKPOINT_INVALID if it has another form
 */
export function peekCheckpoint(note: string): Checkpoint {
  try {
    return parseCheckpoint(parseNote(note).text);
  } catch (cause) {
    throw cause instanceof AuditError ? cause : invalid('it is no signed note', cause);
  }
}

/**
 * Reads and verifies a checkpoint.
 *
 * @param verifiers the log's keys: at least one must have signed, and none may have signed wrongly
 * @throws {AuditError} AUDIT_CHECKPOINT_INVALID if it has another form or is not so signed
 */
export function openCheckpoint(note: string, verifiers: readonly NoteVerifier[]): SignedCheckpoint {
  let opened;
  try {
    opened = openNote(note, verifiers);
  } catch (cause) {
    throw hasCode(cause, 'CRYPTO_NOTE_MALFORMED')
      ? invalid('it is no signed note', cause)
      : invalid('it is not signed by the log’s key', cause);
  }
  const checkpoint = parseCheckpoint(opened.text);
  return { ...checkpoint, text: opened.text, note, signers: opened.verified };
}

function invalid(why: string, cause?: unknown): AuditError {
  return new AuditError('AUDIT_CHECKPOINT_INVALID', `Cannot accept checkpoint: ${why}`, { cause });
}
