import { concatBytes, encodeUtf8, equalBytes, fromBase64, fromHex, toBase64, toHex } from '#base/core/index.ts';
import { sha256 } from './digest.ts';
import { CryptoError } from './errors.ts';
import { SIGNATURE_SIZES, VerifyingKey } from './signature.ts';
import type { SignatureAlgorithm, Signer } from './signature.ts';

/** What signs a note: a name, a key id, and the signature over the note's text. */
export interface NoteSigner {
  readonly name: string;
  /** Eight hex digits. */
  readonly keyId: string;
  /** The text form of the public key that verifies: `name+id+base64`. */
  readonly verifierKey: string;
  sign(text: string): Uint8Array | Promise<Uint8Array>;
}

/** What verifies the lines of a note that carry its name and key id. */
export interface NoteVerifier {
  readonly algorithm: SignatureAlgorithm;
  readonly name: string;
  readonly keyId: string;
  readonly verifierKey: string;
  isValid(text: string, signature: Uint8Array): boolean;
}

/**
 * The signature types of this room, by the bytes that stand before the public key.
 * ML-DSA-65 has no assigned byte: 0xff and a long identifier, as the specification recommends.
 *
 * @see C2SP signed-note, «Signature types»
 */
export const NOTE_KEY_TYPES = {
  ed25519: new Uint8Array([0x01]),
  'ml-dsa-65': concatBytes([new Uint8Array([0xff]), encodeUtf8('weir/note/ml-dsa-65/v1\n')]),
} as const satisfies Partial<Record<SignatureAlgorithm, Uint8Array>>;

export type NoteAlgorithm = keyof typeof NOTE_KEY_TYPES;

/** Tells whether a text can be a key's name: not empty, at most 200 characters, no space, control character or plus. */
export function isNoteKeyName(name: string): boolean {
  return name.length > 0 && name.length <= 200 && name.isWellFormed() && !/[\p{White_Space}\p{Cc}+]/u.test(name);
}

/** The id of a key: the first four bytes of SHA-256 over name, newline, type and public key, in hex. */
export function noteKeyId(name: string, type: Uint8Array, publicKey: Uint8Array): string {
  return toHex(sha256(concatBytes([encodeUtf8(`${name}\n`), type, publicKey])).subarray(0, 4));
}

/** Writes a verifier key: name, id, and type with public key in base64, joined by `+`. */
export function formatNoteKey(name: string, type: Uint8Array, publicKey: Uint8Array): string {
  return `${name}+${noteKeyId(name, type, publicKey)}+${toBase64(concatBytes([type, publicKey]))}`;
}

/**
 * Splits a verifier key and checks its id.
 *
 * @returns the name, the id, and the type with the public key as they stand one after the other
 * @throws {CryptoError} CRYPTO_KEY_INVALID if it has another form or its id is not that of its key
 */
export function parseNoteKey(text: string): { name: string; keyId: string; material: Uint8Array } {
  const match = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text.length > 8192 ? '' : text);
  const [, name = '', keyId = '', encoded = ''] = match ?? [];
  if (match === null || !isNoteKeyName(name)) throw refused('it is not name+id+base64');
  let material: Uint8Array;
  try {
    material = fromBase64(encoded);
  } catch (cause) {
    throw refused('its third part is not base64', cause);
  }
  const expected = sha256(concatBytes([encodeUtf8(`${name}\n`), material])).subarray(0, 4);
  if (!equalBytes(expected, fromHex(keyId))) throw refused('its id is not that of its key');
  return { name, keyId, material };
}

/**
 * The verifier that a verifier key stands for.
 *
 * @throws {CryptoError} CRYPTO_KEY_INVALID if it is malformed or of a type that this room does not know
 */
export function parseNoteVerifier(text: string): NoteVerifier {
  const { name, keyId, known } = readNoteKey(text, NOTE_KEY_TYPES);
  if (known === null) throw refused('its signature type is not known here');
  const { algorithm, key } = known;
  return {
    algorithm,
    name,
    keyId,
    verifierKey: text,
    isValid: (body, signature) => key.isValid(encodeUtf8(body), signature),
  };
}

/** What a verifier key stands for: the key, or null where it is of no type that was asked for. */
export interface ReadNoteKey<Algorithm> {
  readonly name: string;
  readonly keyId: string;
  readonly known: { readonly algorithm: Algorithm; readonly key: VerifyingKey } | null;
}

/**
 * Reads a verifier key of one of some types.
 *
 * @param types the bytes that stand before the public key, by algorithm
 * @throws {CryptoError} CRYPTO_KEY_INVALID if it is malformed
 */
export function readNoteKey<Algorithm extends SignatureAlgorithm>(
  text: string,
  types: Readonly<Record<Algorithm, Uint8Array>>,
): ReadNoteKey<Algorithm> {
  const { name, keyId, material } = parseNoteKey(text);
  for (const algorithm of Object.keys(types) as Algorithm[]) {
    const type = types[algorithm];
    const length = type.length + SIGNATURE_SIZES[algorithm].publicKey;
    if (material.length !== length || !equalBytes(material.subarray(0, type.length), type)) continue;
    const key = VerifyingKey.fromBytes(algorithm, material.subarray(type.length));
    return { name, keyId, known: { algorithm, key } };
  }
  return { name, keyId, known: null };
}

/**
 * Gives a signer a name, so that it can sign notes.
 *
 * @throws {CryptoError} CRYPTO_KEY_INVALID if the name cannot stand in a note, or notes have no type for the algorithm
 */
export function noteSigner(name: string, signer: Signer): NoteSigner {
  if (!isNoteKeyName(name)) throw refused('its name is empty, too long, or holds a space or a plus');
  if (signer.algorithm === 'ml-dsa-44') throw refused('ML-DSA-44 signs cosignatures only');
  const type = NOTE_KEY_TYPES[signer.algorithm];
  return {
    name,
    keyId: noteKeyId(name, type, signer.publicKey),
    verifierKey: formatNoteKey(name, type, signer.publicKey),
    sign: (text) => signer.sign(encodeUtf8(text)),
  };
}

function refused(why: string, cause?: unknown): CryptoError {
  return new CryptoError('CRYPTO_KEY_INVALID', `Cannot use verifier key: ${why}`, { cause });
}
