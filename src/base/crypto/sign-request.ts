import type { KeyObject } from 'node:crypto';
import { contentDigest } from './content-digest.ts';
import { signatureAlgorithmOf, signatureBase, signHttp } from './http-signature.ts';
import { parseInnerLists } from './structured-field.ts';

/** What of a request is signed. */
export interface RequestToSign {
  readonly method: string;
  readonly url: URL;
  /** Null where there is none. */
  readonly body: Uint8Array | null;
  /** Epoch seconds. */
  readonly created: number;
  /** Never used before with this key. */
  readonly nonce: string;
  /** What the verifier knows the key by; absent where the connection says it. @see RFC 9421 section 2.3 */
  readonly keyId?: string;
}

/**
 * The fields that sign a request: method, target and, where there is a body, its digest.
 *
 * @returns `signature-input`, `signature` and `content-digest`; none for a key that HTTP messages are not signed with
 * @see RFC 9421 section 3.1; RFC 9530
 */
export function signRequest(
  { method, url, body, created, nonce, keyId }: RequestToSign,
  key: KeyObject,
): Record<string, string> {
  const algorithm = signatureAlgorithmOf(key);
  if (algorithm === null) return {};
  const digest = body === null ? null : contentDigest(body);
  const covered = ['"@method"', '"@target-uri"', ...(digest === null ? [] : ['"content-digest"'])];
  const named = keyId === undefined ? '' : `;keyid="${keyId}"`;
  const input = `sig=(${covered.join(' ')});created=${created};nonce="${nonce}";alg="${algorithm}"${named}`;
  const list = parseInnerLists(input).get('sig')!;
  const message = {
    method,
    scheme: 'https',
    authority: url.host.toLowerCase(),
    target: `${url.pathname}${url.search}`,
    field: (name: string) => (name === 'content-digest' && digest !== null ? [digest] : null),
  } as const;
  const signature = signHttp(signatureBase(message, list), key).toString('base64');
  return {
    'signature-input': input,
    signature: `sig=:${signature}:`,
    ...(digest === null ? {} : { 'content-digest': digest }),
  };
}
