import type { ServerResponse } from 'node:http';

/** Half a year; a host that was once reached over TLS is not reached without. @see RFC 6797 */
const TRANSPORT = 'max-age=15768000';

/**
 * What each answer says to browsers unless who answers says otherwise: it is data, not a page, belongs to nobody else's
 * page and is not kept.
 */
const FIELDS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/**
 * Sets the fields by which browsers keep an answer apart.
 *
 * @param host as the request names it; on loopback, which people share with other programs, TLS is not made lasting
 */
export function setSecurityHeaders(response: ServerResponse, host: string | undefined): void {
  for (const [name, value] of Object.entries(FIELDS)) response.setHeader(name, value);
  if (!isLocal(host ?? '')) response.setHeader('strict-transport-security', TRANSPORT);
}

function isLocal(host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return name === '' || name === 'localhost' || name.endsWith('.localhost') || /^[\d.]+$|^\[/.test(name);
}
