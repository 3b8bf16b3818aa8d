import { concatBytes, fromBase64, fromHex, toBase64, toHex } from '#base/core/index.ts';
import { CryptoError } from './errors.ts';
import { isNoteKeyName } from './signed-note-key.ts';
import type { NoteSigner, NoteVerifier } from './signed-note-key.ts';

/** Limits on what is read: a note with 64 signatures of the longest kind stays far below. */
export const NOTE_LENGTH_LIMIT = 1_000_000;
export const NOTE_SIGNATURES_LIMIT = 64;

/** One line under a note. */
export interface NoteSignature {
  readonly name: string;
  /** Eight hex digits. */
  readonly keyId: string;
  readonly signature: Uint8Array;
}

/** A note taken apart. Nothing in it may be believed before `openNote` has verified a signature. */
export interface UnverifiedNote {
  /** Ends in a newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A note of which at least one signature was verified. */
export interface OpenedNote {
  readonly text: string;
  /** The keys whose signatures hold. */
  readonly verified: readonly NoteVerifier[];
  /** Lines of keys that were not asked for. */
  readonly unknown: readonly NoteSignature[];
}

/**
 * Takes a note apart.
 *
 * @throws {CryptoError} CRYPTO_NOTE_MALFORMED if it has no text, no signature, a control character, or a line of another form
 * @see C2SP signed-note, «Format»
 */
export function parseNote(note: string): UnverifiedNote {
  // Untrusted: the length bounds everything below.
  if (note.length > NOTE_LENGTH_LIMIT) throw malformed('it is too long');
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (!note.isWellFormed() || /[\u0000-\u0009\u000b-\u001f]/.test(note))
    throw malformed('it holds a control character');
  const split = note.lastIndexOf('\n\n');
  if (split === -1 || !note.endsWith('\n')) throw malformed('no blank line stands before its signatures');
  const text = note.slice(0, split + 1);
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > NOTE_SIGNATURES_LIMIT) throw malformed('it has too many signatures');
  return { text, signatures: lines.map(parseSignatureLine) };
}

/**
 * Reads one signature line, without its newline.
 *
 * @throws {CryptoError} CRYPTO_NOTE_MALFORMED if it has another form
 */
export function parseSignatureLine(line: string): NoteSignature {
  const match = /^\u2014 ([^ ]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line);
  const [, name = '', encoded = ''] = match ?? [];
  if (match === null || !isNoteKeyName(name)) throw malformed('a signature line has another form');
  let bytes: Uint8Array;
  try {
    bytes = fromBase64(encoded);
  } catch {
    throw malformed('a signature is not base64');
  }
  if (bytes.length < 5) throw malformed('a signature is too short');
  return { name, keyId: toHex(bytes.subarray(0, 4)), signature: bytes.subarray(4) };
}

/** Writes a signature line, with its newline. */
export function formatSignatureLine({ name, keyId, signature }: NoteSignature): string {
  return `\u2014 ${name} ${toBase64(concatBytes([fromHex(keyId), signature]))}\n`;
}

/**
 * Takes a note apart and verifies it: lines of unknown keys are passed over, those of known keys must all hold.
 *
 * @param verifiers keys that the caller trusts
 * @throws {CryptoError} CRYPTO_NOTE_MALFORMED as `parseNote`
 * @throws {CryptoError} CRYPTO_SIGNATURE_INVALID if a known key's line does not verify, or no line is of a known key
 */
export function openNote(note: string, verifiers: readonly NoteVerifier[]): OpenedNote {
  const { text, signatures } = parseNote(note);
  const verified = new Set<NoteVerifier>();
  const unknown: NoteSignature[] = [];
  for (const line of signatures) {
    const verifier = verifiers.find((key) => key.name === line.name && key.keyId === line.keyId);
    if (verifier === undefined) unknown.push(line);
    else if (verifier.isValid(text, line.signature)) verified.add(verifier);
    else throw unverified(`the signature of ${line.name} does not verify`);
  }
  if (verified.size === 0) throw unverified('no signature is by a known key');
  return { text, verified: [...verified], unknown };
}

/**
 * Signs a text as a note.
 *
 * @param text ends in a newline
 * @param signers at least one; lines stand in their order
 * @throws {CryptoError} CRYPTO_NOTE_MALFORMED if the text cannot be a note's
 */
export async function signNote(text: string, signers: readonly NoteSigner[]): Promise<string> {
  let note = `${text}\n`;
  for (const signer of signers) {
    const signature = await signer.sign(text);
    note += formatSignatureLine({ name: signer.name, keyId: signer.keyId, signature });
  }
  if (!text.endsWith('\n') || parseNote(note).text !== text) throw malformed('its text would not be read back');
  return note;
}

function malformed(why: string): CryptoError {
  return new CryptoError('CRYPTO_NOTE_MALFORMED', `Cannot read note: ${why}`);
}

function unverified(why: string): CryptoError {
  return new CryptoError('CRYPTO_SIGNATURE_INVALID', `Cannot accept note: ${why}`);
}
