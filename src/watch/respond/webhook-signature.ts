import { encodeUtf8, fromBase64, toBase64 } from '#base/core/index.ts';
import { hmacSha256, SIGNING_SEED_LENGTH, SigningKey } from '#base/crypto/index.ts';
import { RespondError } from './errors.ts';

/** Signs messages to a webhook. */
export interface WebhookSigner {
  /** `v1` is HMAC with SHA-256, `v1a` is Ed25519. */
  readonly scheme: 'v1' | 'v1a';
  /** For a receiver of Ed25519, the public key as `whpk_…`; null for a shared secret. */
  readonly publicKey: string | null;
  sign(content: Uint8Array): Uint8Array;
}

const SHARED = 'whsec_';
const PRIVATE = 'whsk_';
const PUBLIC = 'whpk_';
/** Bytes of a shared secret. @see Standard Webhooks, «Secret» */
const SECRET_BYTES = { least: 24, most: 64 } as const;

/**
 * Reads what messages are signed with: `whsec_` and 24 to 64 bytes in base64 for HMAC, `whsk_` and a seed of 32 bytes
 * for Ed25519.
 *
 * @throws {RespondError} RESPOND_WEBHOOK_SECRET, without saying what was found
 * @see https://www.standardwebhooks.com, version 1.0.0
 */
export function parseWebhookSecret(text: string): WebhookSigner {
  const trimmed = text.trim();
  if (trimmed.startsWith(SHARED)) {
    const key = bytesOf(trimmed.slice(SHARED.length));
    if (key.length < SECRET_BYTES.least || key.length > SECRET_BYTES.most) throw unfit();
    return { scheme: 'v1', publicKey: null, sign: (content) => hmacSha256(key, content) };
  }
  if (trimmed.startsWith(PRIVATE)) {
    const seed = bytesOf(trimmed.slice(PRIVATE.length));
    if (seed.length !== SIGNING_SEED_LENGTH) throw unfit();
    const key = SigningKey.fromSeed('ed25519', seed);
    return {
      scheme: 'v1a',
      publicKey: `${PUBLIC}${toBase64(key.publicKey)}`,
      sign: (content) => key.sign(content),
    };
  }
  throw unfit();
}

/**
 * The header fields of a message. What is signed is its id, the time and the body, with a full stop between.
 *
 * @param at epoch seconds
 */
export function webhookHeaders(
  signer: WebhookSigner,
  { id, at, body }: { readonly id: string; readonly at: number; readonly body: string },
): Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  const signature = signer.sign(encodeUtf8(`${id}.${at}.${body}`));
  return {
    'webhook-id': id,
    'webhook-timestamp': String(at),
    'webhook-signature': `${signer.scheme},${toBase64(signature)}`,
  };
}

function bytesOf(text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch {
    throw unfit();
  }
}

function unfit(): RespondError {
  return new RespondError('RESPOND_WEBHOOK_SECRET', 'Cannot sign messages to the webhook: its secret is none', {
    hint: 'Write `whsec_` and 24 to 64 random bytes in base64, or `whsk_` and 32, to the file',
  });
}
