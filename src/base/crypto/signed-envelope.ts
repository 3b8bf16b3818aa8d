import { canonicalJson, concatBytes, encodeUtf8, fromBase64, toBase64 } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import { CryptoError } from './errors.ts';
import type { Signer, VerifyingKey } from './signature.ts';
import { NOTE_KEY_TYPES, noteSigner, readNoteKey } from './signed-note-key.ts';

/** A statement of years stays far below. */
const MOST_CHARACTERS = 16 * 1_048_576;
const MOST_SIGNATURES = 16;

/** What an envelope holds, with who vouches for it looked at. */
export interface OpenedEnvelope {
  /** Media type of the payload. */
  readonly type: string;
  readonly payload: Uint8Array;
}

/**
 * Writes a statement as a signed envelope.
 *
 * @param type media type of the statement
 * @param name of the keys, such as `weir/<deployment>/evidence`
 * @returns JSON text
 * @see DSSE v1.0.2, protocol and envelope
 */
export async function signEnvelope(
  type: string,
  statement: Json,
  name: string,
  signers: readonly Signer[],
): Promise<string> {
  const payload = encodeUtf8(canonicalJson(statement));
  const message = preAuthentication(type, payload);
  const signatures = [];
  const keys = [];
  for (const signer of signers) {
    const { verifierKey, keyId } = noteSigner(name, signer);
    keys.push(verifierKey);
    signatures.push({ keyid: `${name}+${keyId}`, sig: toBase64(await signer.sign(message)) });
  }
  const envelope = { payloadType: type, payload: toBase64(payload), signatures, keys };
  return `${JSON.stringify(envelope, null, 2)}\n`;
}

/**
 * Verifies an envelope and gives what it holds. The keys within it are for finding the right ones and are not believed.
 *
 * @param text untrusted
 * @param trusted verifier keys (`name+id+base64`): each must have signed
 * @throws {CryptoError} CRYPTO_ENVELOPE_MALFORMED if it has another form
 * @throws {CryptoError} CRYPTO_SIGNATURE_INVALID if no key is trusted, or the signature of one is missing or does not hold
 * @throws {CryptoError} CRYPTO_KEY_INVALID if a trusted key is none
 */
export function openEnvelope(text: string, trusted: readonly string[]): OpenedEnvelope {
  const { payloadType, payload, signatures } = parseEnvelope(text);
  if (trusted.length === 0) throw unsigned('no key was given to believe it by');
  const message = preAuthentication(payloadType, payload);
  for (const key of trusted) {
    const { id, verifier } = parseVerifier(key);
    const found = signatures.find(({ keyid }) => keyid === id);
    if (found === undefined) throw unsigned(`key ${id} did not sign it`);
    if (!verifier.isValid(message, found.sig)) throw unsigned(`the signature of ${id} does not hold`);
  }
  return { type: payloadType, payload };
}

/** The verifier keys that an envelope says it was signed with: to be compared with keys from elsewhere. @param text untrusted */
export function envelopeKeys(text: string): readonly string[] {
  return parseEnvelope(text).keys;
}

/** What is signed: type and payload with their lengths, so that neither can be taken for a part of the other. */
function preAuthentication(type: string, payload: Uint8Array): Uint8Array {
  const kind = encodeUtf8(type);
  return concatBytes([encodeUtf8(`DSSEv1 ${kind.length} `), kind, encodeUtf8(` ${payload.length} `), payload]);
}

interface Envelope {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  readonly signatures: readonly { readonly keyid: string; readonly sig: Uint8Array }[];
  readonly keys: readonly string[];
}

function parseEnvelope(text: string): Envelope {
  if (text.length > MOST_CHARACTERS) throw malformed('it is too long');
  try {
    const { payloadType, payload, signatures, keys } = JSON.parse(text) as Record<string, unknown>;
    if (typeof payloadType !== 'string' || typeof payload !== 'string') throw malformed('it is no envelope');
    if (!Array.isArray(signatures) || signatures.length > MOST_SIGNATURES) throw malformed('it is no envelope');
    return {
      payloadType,
      payload: fromBase64(payload),
      signatures: signatures.map(({ keyid, sig }: Record<string, unknown>) => ({
        keyid: String(keyid),
        sig: fromBase64(String(sig)),
      })),
      keys: Array.isArray(keys) ? keys.slice(0, MOST_SIGNATURES).map(String) : [],
    };
  } catch (cause) {
    if (cause instanceof CryptoError) throw cause;
    throw malformed('it is no envelope', cause);
  }
}

function parseVerifier(key: string): { id: string; verifier: VerifyingKey } {
  const { name, keyId, known } = readNoteKey(key, NOTE_KEY_TYPES);
  const id = `${name}+${keyId}`;
  if (known === null) throw unsigned(`key ${id} is of a type that is not known here`);
  return { id, verifier: known.key };
}

function malformed(why: string, cause?: unknown): CryptoError {
  return new CryptoError('CRYPTO_ENVELOPE_MALFORMED', `Cannot read envelope: ${why}`, { cause });
}

function unsigned(why: string): CryptoError {
  return new CryptoError('CRYPTO_SIGNATURE_INVALID', `Cannot believe envelope: ${why}`, {
    hint: 'Compare the keys with those that the platform publishes, and get the envelope again',
  });
}
