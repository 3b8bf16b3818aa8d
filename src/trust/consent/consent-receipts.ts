import { decodeUtf8, encodeUtf8 } from '#base/core/index.ts';
import type { AuditSink, Json, Micros, Random } from '#base/core/index.ts';
import {
  noteSigner,
  openEnvelope,
  sha256Hex,
  signEnvelope,
  SIGNING_SEED_LENGTH,
  SigningKey,
} from '#base/crypto/index.ts';
import type { SignatureAlgorithm } from '#base/crypto/index.ts';
import type { Custody } from '#trust/keys/index.ts';
import type { Consent } from './consent.ts';
import { consentDocument } from './consent-document.ts';
import { ConsentError } from './errors.ts';

/** Type of the payload of a receipt. */
export const RECEIPT_TYPE = 'application/vnd.weir.consent-receipt.v1+ld+json';

/** Every verifier knows Ed25519; the other one holds against quantum computers. */
const ALGORITHMS: readonly SignatureAlgorithm[] = ['ed25519', 'ml-dsa-65'];

export interface ConsentReceiptsParts {
  readonly custody: Pick<Custody, 'fetch' | 'keep'>;
  readonly audit: AuditSink;
  readonly random: Random;
  /** Names the keys: they are `weir/<deployment>/consent`. */
  readonly deployment: string;
}

/** Signs what people are given to show that they agreed, or that they do no more. The keys sign nothing else. */
export class ConsentReceipts {
  readonly #parts: ConsentReceiptsParts;
  #keys: Promise<readonly SigningKey[]> | null = null;

  constructor(parts: ConsentReceiptsParts) {
    this.#parts = parts;
  }

  /** The receipt of a consent as it is now, as a signed envelope (DSSE) in JSON. */
  async sign(consent: Consent, now: Micros): Promise<string> {
    return signEnvelope(RECEIPT_TYPE, consentDocument(consent, now, 'receipt'), this.#name, await this.#open());
  }

  /** Public keys of receipts, as verifier keys; to be handed to those who look at one. */
  async verifierKeys(): Promise<readonly string[]> {
    return (await this.#open()).map((key) => noteSigner(this.#name, key).verifierKey);
  }

  get #name(): string {
    return `weir/${this.#parts.deployment}/consent`;
  }

  #open(): Promise<readonly SigningKey[]> {
    this.#keys ??= this.#openKeys().catch((error: unknown) => {
      this.#keys = null;
      throw error;
    });
    return this.#keys;
  }

  /** Opens the keys, or makes them; which ones they are stands in the log, so that a receipt hangs on the log's keys. */
  async #openKeys(): Promise<readonly SigningKey[]> {
    const { custody, audit, random } = this.#parts;
    const opened: SigningKey[] = [];
    for (const algorithm of ALGORITHMS) {
      const name = `consent-${algorithm}`;
      const known = await custody.fetch(name);
      const seed = known ?? random.bytes(SIGNING_SEED_LENGTH);
      const key = SigningKey.fromSeed(algorithm, seed);
      if (known === null) {
        const { verifierKey, keyId } = noteSigner(this.#name, key);
        await audit.append({
          actor: 'weir:control',
          action: 'make-consent-key',
          resource: `key:${this.#name}+${keyId}`,
          outcome: 'done',
          digest: sha256Hex(encodeUtf8(verifierKey)),
          detail: { algorithm },
        });
        await custody.keep(name, seed);
      }
      opened.push(key);
    }
    return opened;
  }
}

/**
 * Verifies a receipt, far from any platform, and gives what it says.
 *
 * @param text untrusted
 * @param trusted verifier keys: each must have signed
 * @throws {CryptoError} CRYPTO_ENVELOPE_MALFORMED, CRYPTO_SIGNATURE_INVALID, CRYPTO_KEY_INVALID
 * @throws {ConsentError} CONSENT_RECEIPT_INVALID if what was signed is something else
 */
export function openReceipt(text: string, trusted: readonly string[]): Json {
  const { type, payload } = openEnvelope(text, trusted);
  if (type !== RECEIPT_TYPE) {
    throw new ConsentError('CONSENT_RECEIPT_INVALID', 'Cannot read receipt: what was signed is something else');
  }
  return JSON.parse(decodeUtf8(payload)) as Json;
}
