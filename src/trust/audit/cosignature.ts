import { concatBytes, encodeUtf8, hasCode } from '#base/core/index.ts';
import type { Clock } from '#base/core/index.ts';
import {
  CryptoError,
  formatNoteKey,
  isNoteKeyName,
  noteKeyId,
  parseNoteKey,
  parseNoteVerifier,
  readNoteKey,
} from '#base/crypto/index.ts';
import type { NoteSigner, NoteVerifier, Signer } from '#base/crypto/index.ts';
import { parseCheckpoint } from './checkpoint.ts';

/** The signature types of cosignatures. */
const TYPES = { ed25519: new Uint8Array([0x04]), 'ml-dsa-44': new Uint8Array([0x06]) } as const;
type CosignatureAlgorithm = keyof typeof TYPES;

/** Bytes of the time that stands before the signature. */
const TIME_LENGTH = 8;

/**
 * Makes a cosigner of a key: what it signs says that at that time it knew no larger tree of the log, and that
 * this one begins with all that it had seen before.
 *
 * @param signer Ed25519, or ML-DSA-44 for cosignatures that quantum computers cannot forge
 * @throws {CryptoError} CRYPTO_KEY_INVALID if the name cannot stand in a note, or the algorithm has no such type
 * @see C2SP tlog-cosignature
 */
export function cosigner(name: string, signer: Signer, clock: Clock): NoteSigner {
  const { algorithm, publicKey } = signer;
  if (algorithm === 'ml-dsa-65' || !isNoteKeyName(name)) {
    throw new CryptoError(
      'CRYPTO_KEY_INVALID',
      `Cannot make a cosigner: its name or the algorithm ${algorithm} does not fit`,
    );
  }
  return {
    name,
    keyId: noteKeyId(name, TYPES[algorithm], publicKey),
    verifierKey: formatNoteKey(name, TYPES[algorithm], publicKey),
    async sign(text) {
      const time = Math.floor(clock.now() / 1_000_000);
      return concatBytes([uint64(time), await signer.sign(cosignedMessage(algorithm, name, time, text))]);
    },
  };
}

/**
 * The verifier that a cosigner's verifier key stands for.
 *
 * @throws {CryptoError} CRYPTO_KEY_INVALID if it is malformed or no cosigner's
 */
export function parseCosignerKey(text: string): NoteVerifier {
  const { name, keyId, known } = readNoteKey(text, TYPES);
  if (known === null) throw new CryptoError('CRYPTO_KEY_INVALID', 'Cannot use verifier key: it is no cosigner’s');
  const { algorithm, key } = known;
  return {
    algorithm,
    name,
    keyId,
    verifierKey: text,
    isValid(body, timed) {
      const time = cosignatureTime(timed);
      if (time === null) return false;
      try {
        return key.isValid(cosignedMessage(algorithm, name, time, body), timed.subarray(TIME_LENGTH));
      } catch (error) {
        // A note that is no checkpoint, or of an origin too long for the message, was cosigned by nobody.
        if (hasCode(error, 'AUDIT_CHECKPOINT_INVALID') || hasCode(error, 'CRYPTO_KEY_INVALID')) return false;
        throw error;
      }
    },
  };
}

/**
 * The verifier that any verifier key stands for, a log's or a cosigner's.
 *
 * @throws {CryptoError} CRYPTO_KEY_INVALID if it is malformed or of a type that is not known
 */
export function parseVerifierKey(text: string): NoteVerifier {
  const type = parseNoteKey(text).material[0];
  return type === TYPES.ed25519[0] || type === TYPES['ml-dsa-44'][0] ? parseCosignerKey(text) : parseNoteVerifier(text);
}

/** When a cosignature was made, in epoch seconds; null where it is too short or the time too large. */
export function cosignatureTime(signature: Uint8Array): number | null {
  if (signature.length < TIME_LENGTH) return null;
  const time = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
  return time === 0n || time > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(time);
}

function cosignedMessage(algorithm: CosignatureAlgorithm, name: string, time: number, text: string): Uint8Array {
  if (algorithm === 'ed25519') return encodeUtf8(`cosignature/v1\ntime ${time}\n${text}`);
  const { origin, size, root } = parseCheckpoint(text);
  const label = encodeUtf8('subtree/v1\n\0');
  return concatBytes([label, short(name), uint64(time), short(origin), uint64(0), uint64(size), root]);
}

/** A text after its length in one byte. */
function short(text: string): Uint8Array {
  const bytes = encodeUtf8(text);
  if (bytes.length < 1 || bytes.length > 255) {
    throw new CryptoError('CRYPTO_KEY_INVALID', 'Cannot cosign: a name has more than 255 bytes');
  }
  return concatBytes([new Uint8Array([bytes.length]), bytes]);
}

function uint64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}
