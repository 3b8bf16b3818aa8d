import { canonicalJson, concatBytes, decodeUtf8, encodeUtf8, fromBase64, toBase64 } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import { keyOfType, NOTE_KEY_TYPES, noteSigner, parseNoteKey, VerifyingKey } from '#base/crypto/index.ts';
import type { NoteAlgorithm, Signer } from '#base/crypto/index.ts';
import type { ControlOutcome } from './control.ts';
import { ControlsError } from './errors.ts';

/** What a run of controls found, where, and what was in force. `docs/formats/evidence-bundle.md` describes each member. */
export interface Evidence {
  readonly format: 'weir.evidence';
  readonly version: 1;
  readonly deployment: string;
  /** RFC 3339. */
  readonly begun: string;
  readonly ended: string;
  /** Who asked, as the log names them. */
  readonly by: string;
  readonly platform: { readonly version: string; readonly demo: boolean };
  readonly machine: Readonly<Record<string, string | number>>;
  readonly template: { readonly name: string; readonly digest: string; readonly since: string };
  /** The log as it stood after the run: the checkpoint is the signed note itself. */
  readonly log: { readonly size: number; readonly checkpoint: string; readonly keys: readonly string[] };
  /** Rows and ids that were asked for; both empty for all. */
  readonly selection: { readonly rows: readonly number[]; readonly ids: readonly string[] };
  readonly controls: readonly ControlOutcome[];
}

/** Type of the payload in the envelope. */
export const EVIDENCE_TYPE = 'application/vnd.weir.evidence.v1+json';

/** A bundle with every control of many years stays far below. */
const MAX_BUNDLE = 16 * 1_048_576;
const MAX_SIGNATURES = 16;

/** Writes evidence as a signed envelope: see `signEnvelope`. */
export function signEvidence(evidence: Evidence, name: string, signers: readonly Signer[]): Promise<string> {
  return signEnvelope(EVIDENCE_TYPE, evidence as unknown as Json, name, signers);
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
 * @throws {ControlsError} CONTROLS_BUNDLE_INVALID if it has another form
 * @throws {ControlsError} CONTROLS_BUNDLE_UNSIGNED if a trusted key's signature is missing or does not hold
 * @throws {CryptoError} CRYPTO_KEY_INVALID if a trusted key is none
 */
export function verifyEvidence(text: string, trusted: readonly string[]): Evidence {
  const { payloadType, payload, signatures } = parseEnvelope(text);
  if (trusted.length === 0) throw unsigned('no key was given to believe it by');
  const message = preAuthentication(payloadType, payload);
  for (const key of trusted) {
    const { id, verifier } = parseVerifier(key);
    const found = signatures.find(({ keyid }) => keyid === id);
    if (found === undefined) throw unsigned(`key ${id} did not sign it`);
    if (!verifier.isValid(message, found.sig)) throw unsigned(`the signature of ${id} does not hold`);
  }
  // Verified: only from here on is what it says looked at.
  return parsePayload(payloadType, payload);
}

/** The verifier keys that a bundle says it was signed with: to be compared with keys from elsewhere. @param text untrusted */
export function evidenceKeys(text: string): readonly string[] {
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
  if (text.length > MAX_BUNDLE) throw invalid('it is too long');
  try {
    const { payloadType, payload, signatures, keys } = JSON.parse(text) as Record<string, unknown>;
    if (typeof payloadType !== 'string' || typeof payload !== 'string') throw invalid('it is no envelope');
    if (!Array.isArray(signatures) || signatures.length > MAX_SIGNATURES) throw invalid('it is no envelope');
    return {
      payloadType,
      payload: fromBase64(payload),
      signatures: signatures.map(({ keyid, sig }: Record<string, unknown>) => ({
        keyid: String(keyid),
        sig: fromBase64(String(sig)),
      })),
      keys: Array.isArray(keys) ? keys.slice(0, MAX_SIGNATURES).map(String) : [],
    };
  } catch (cause) {
    if (cause instanceof ControlsError) throw cause;
    throw invalid('it is no envelope', cause);
  }
}

function parsePayload(type: string, payload: Uint8Array): Evidence {
  if (type !== EVIDENCE_TYPE) throw invalid('it holds something else');
  try {
    const evidence = JSON.parse(decodeUtf8(payload)) as Evidence;
    if (evidence.format !== 'weir.evidence' || evidence.version !== 1 || !Array.isArray(evidence.controls)) {
      throw invalid('its version is not known');
    }
    return evidence;
  } catch (cause) {
    if (cause instanceof ControlsError) throw cause;
    throw invalid('what it holds is not JSON', cause);
  }
}

function parseVerifier(key: string): { id: string; verifier: VerifyingKey } {
  const { name, keyId, material } = parseNoteKey(key);
  for (const algorithm of Object.keys(NOTE_KEY_TYPES) as NoteAlgorithm[]) {
    const publicKey = keyOfType(material, NOTE_KEY_TYPES[algorithm], algorithm);
    if (publicKey !== null) {
      return { id: `${name}+${keyId}`, verifier: VerifyingKey.fromBytes(algorithm, publicKey) };
    }
  }
  throw unsigned(`key ${name}+${keyId} is of a type that is not known here`);
}

function invalid(why: string, cause?: unknown): ControlsError {
  return new ControlsError('CONTROLS_BUNDLE_INVALID', `Cannot read evidence bundle: ${why}`, { cause });
}

function unsigned(why: string): ControlsError {
  return new ControlsError('CONTROLS_BUNDLE_UNSIGNED', `Cannot believe evidence bundle: ${why}`, {
    hint: 'Compare the keys with those that the platform publishes, and get the bundle again',
  });
}
