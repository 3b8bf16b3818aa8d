import { decodeUtf8, hasCode } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import { CryptoError, envelopeKeys, openEnvelope, signEnvelope } from '#base/crypto/index.ts';
import type { Signer } from '#base/crypto/index.ts';
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

/** Writes evidence as a signed envelope: see `signEnvelope`. */
export function signEvidence(evidence: Evidence, name: string, signers: readonly Signer[]): Promise<string> {
  return signEnvelope(EVIDENCE_TYPE, evidence as unknown as Json, name, signers);
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
  const { type, payload } = ofEnvelope(() => openEnvelope(text, trusted));
  // Verified: only from here on is what it says looked at.
  return parsePayload(type, payload);
}

/** The verifier keys that a bundle says it was signed with: to be compared with keys from elsewhere. @param text untrusted */
export function evidenceKeys(text: string): readonly string[] {
  return ofEnvelope(() => envelopeKeys(text));
}

function ofEnvelope<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CryptoError) || hasCode(error, 'CRYPTO_KEY_INVALID')) throw error;
    const why = error.message.replace(/^Cannot (?:read|believe) envelope: /, '');
    throw hasCode(error, 'CRYPTO_ENVELOPE_MALFORMED') ? invalid(why, error) : unsigned(why, error);
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

function invalid(why: string, cause?: unknown): ControlsError {
  return new ControlsError('CONTROLS_BUNDLE_INVALID', `Cannot read evidence bundle: ${why}`, { cause });
}

function unsigned(why: string, cause?: unknown): ControlsError {
  return new ControlsError('CONTROLS_BUNDLE_UNSIGNED', `Cannot believe evidence bundle: ${why}`, {
    cause,
    hint: 'Compare the keys with those that the platform publishes, and get the bundle again',
  });
}
