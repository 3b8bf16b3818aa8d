import type { Clock } from '#base/core/index.ts';
import {
  httpVerifyingKey,
  isContentDigest,
  isHttpSignature,
  parseByteSequences,
  parseInnerLists,
  signatureAlgorithmOf,
  signatureBase,
} from '#base/crypto/index.ts';
import type { HttpSignatureKey, InnerList, SignedMessage } from '#base/crypto/index.ts';
import { ReplayWindow } from './replay-window.ts';

/** Why a request does not count as signed; for the log only. */
export type SignatureFault =
  | 'no-key'
  | 'no-signature'
  | 'malformed'
  | 'not-covered'
  | 'algorithm'
  | 'too-old'
  | 'too-new'
  | 'expired'
  | 'no-nonce'
  | 'forged'
  | 'altered-body'
  | 'replayed'
  | 'window-full';

/** A request as it came, with the key that must have signed it. */
export interface SignedRequest {
  readonly message: SignedMessage;
  readonly body: Uint8Array;
  /** SPKI in base64 of the caller's certificate, as the gateway established it, or registered for them; null for none. */
  readonly key: string | null;
}

/** How old a signature may be, and how far the signer's clock may be ahead, in seconds. */
const MOST_AGE_S = 300;
const MOST_AHEAD_S = 30;
const LONGEST_KEY_ID = 128;
const NONCE = /^[\x21-\x7e]{16,128}$/;

/**
 * Judges signed requests: made by the caller's key over what was asked, a short while ago, and not seen
 * before. What was signed before this started is too old, since which nonces were used then is not known.
 *
 * @see RFC 9421 sections 3.2 and 7.2; RFC 9530
 */
export class SignedRequests {
  readonly #clock: Clock;
  readonly #started: number;
  readonly #window = new ReplayWindow();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#started = this.#now();
  }

  /** @returns what is wrong; null where the request is signed as it must be */
  judge({ message, body, key }: SignedRequest): SignatureFault | null {
    const publicKey = key === null ? null : httpVerifyingKey(Buffer.from(key, 'base64'));
    if (publicKey === null) return 'no-key';
    const [input, signature] = [message.field('signature-input'), message.field('signature')];
    if (input === null || signature === null) return 'no-signature';
    try {
      const [[label, list] = ['', null], ...more] = parseInnerLists(input.join(', '));
      const bytes = parseByteSequences(signature.join(', ')).get(label);
      // With several signatures it would not be clear which one counts.
      if (list === null || bytes === undefined || more.length > 0) return 'malformed';
      return this.#judgeParameters(list, publicKey, body) ?? this.#judgeBytes(message, list, bytes, publicKey, body);
    } catch {
      return 'malformed';
    }
  }

  #judgeParameters({ items, parameters }: InnerList, key: HttpSignatureKey, body: Uint8Array): SignatureFault | null {
    const covered = new Set(items.map(({ value }) => value));
    const target = covered.has('@target-uri') || ['@authority', '@path', '@query'].every((name) => covered.has(name));
    if (!covered.has('@method') || !target) return 'not-covered';
    if (body.length > 0 && !covered.has('content-digest')) return 'not-covered';
    const algorithm = parameters.get('alg');
    if (algorithm !== undefined && algorithm !== signatureAlgorithmOf(key)) return 'algorithm';
    const [created, expires, now] = [parameters.get('created'), parameters.get('expires'), this.#now()];
    if (typeof created !== 'number' || created < Math.max(now - MOST_AGE_S, this.#started)) return 'too-old';
    if (created > now + MOST_AHEAD_S) return 'too-new';
    if (expires !== undefined && (typeof expires !== 'number' || expires <= now)) return 'expired';
    const nonce = parameters.get('nonce');
    return typeof nonce === 'string' && NONCE.test(nonce) ? null : 'no-nonce';
  }

  #judgeBytes(
    message: SignedMessage,
    list: InnerList,
    signature: Uint8Array,
    key: HttpSignatureKey,
    body: Uint8Array,
  ): SignatureFault | null {
    if (!isHttpSignature(signatureBase(message, list), signature, key)) return 'forged';
    const digest = message.field('content-digest');
    if (body.length > 0 && (digest === null || !isContentDigest(digest.join(', '), body))) return 'altered-body';
    // Last of all: only who has the key can use a nonce up.
    const now = this.#now();
    const holder = key.export({ format: 'der', type: 'spki' }).toString('base64');
    switch (
      this.#window.use(`${holder} ${String(list.parameters.get('nonce'))}`, now + MOST_AGE_S + MOST_AHEAD_S + 1, now)
    ) {
      case 'first':
        return null;
      case 'again':
        return 'replayed';
      case 'full':
        return 'window-full';
    }
  }

  #now(): number {
    return Math.floor(this.#clock.now() / 1_000_000);
  }
}

/** The name that the signature of a message has for its key; null where it has none. Untrusted. @see RFC 9421 section 2.3 */
export function signatureKeyId(message: SignedMessage): string | null {
  try {
    const [[, list] = []] = parseInnerLists((message.field('signature-input') ?? []).join(', '));
    const id = list?.parameters.get('keyid');
    return typeof id === 'string' && id.length <= LONGEST_KEY_ID ? id : null;
  } catch {
    return null;
  }
}
