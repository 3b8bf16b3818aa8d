import type { IncomingMessage } from 'node:http';

/** Fields of an answer that pages may read beside those that all may. */
const EXPOSED =
  'dpop-nonce, ratelimit, ratelimit-policy, retry-after, weir-hint, weir-privacy, weir-query-id, weir-warning, www-authenticate';
const ALLOWED_HEADERS = 'authorization, content-type, dpop, signature, signature-input, content-digest';
const ALLOWED_METHODS = 'GET, POST, PUT, DELETE';
/** Seconds for which a browser need not ask again. */
const REMEMBERED = '600';

/** What a request that comes from a web page may do. */
export type OriginVerdict =
  | { readonly outcome: 'pass'; readonly fields: Readonly<Record<string, string>> }
  /** A browser's question before a request; it is answered with these fields and nothing else. */
  | { readonly outcome: 'preflight'; readonly fields: Readonly<Record<string, string>> }
  | { readonly outcome: 'refused' };

const PASS: OriginVerdict = { outcome: 'pass', fields: {} };

/**
 * Decides about a request by the page that it comes from. Pages of the platform's own origin pass, those of the listed
 * origins too where no certificate is asked for. All others are refused, not merely left without an answer that they can
 * read: a browser that holds a client certificate shows it for whatever page asks, and would act for it.
 *
 * @param origins origins of the template
 * @see Fetch Standard, «CORS protocol»; RFC 6454 section 7
 */
export function judgeOrigin(
  { method, headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  listener: 'https' | 'api',
  origins: readonly string[],
): OriginVerdict {
  const { origin, host } = headers;
  if (origin === undefined) return PASS;
  if (host !== undefined && origin.toLowerCase() === `https://${host.toLowerCase()}`) return PASS;
  if (listener !== 'api' || !origins.includes(origin)) return { outcome: 'refused' };
  const allowed = { 'access-control-allow-origin': origin, vary: 'Origin' };
  if (method === 'OPTIONS' && headers['access-control-request-method'] !== undefined) {
    const fields = {
      ...allowed,
      'access-control-allow-methods': ALLOWED_METHODS,
      'access-control-allow-headers': ALLOWED_HEADERS,
      'access-control-max-age': REMEMBERED,
    };
    return { outcome: 'preflight', fields };
  }
  return {
    outcome: 'pass',
    fields: {
      ...allowed,
      'access-control-expose-headers': EXPOSED,
      'cross-origin-resource-policy': 'cross-origin',
    },
  };
}
