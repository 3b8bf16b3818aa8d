import { encodeUtf8 } from '#base/core/index.ts';
import type { Random } from '#base/core/index.ts';
import { sha256 } from '#base/crypto/index.ts';

const PREFIX = 'weir-enrol_';
const TOKEN = /^weir-enrol_[A-Za-z0-9_-]{43}$/;
const LONGEST_HEADER = 1_024;

/** A token for one enrolment: a prefix that secret scanners can find, then 256 random bits in base64url. */
export function makeEnrolToken(random: Random): string {
  return PREFIX + Buffer.from(random.bytes(32)).toString('base64url');
}

/** The SHA-256 under which a token is kept, or null for a text that is none. @param text untrusted */
export function enrolTokenDigest(text: string): Uint8Array | null {
  return TOKEN.test(text) ? sha256(encodeUtf8(text)) : null;
}

/**
 * The password of HTTP Basic, or null. The user name may be anything: the token says whose it is.
 *
 * @param header untrusted
 * @see RFC 7617 section 2; RFC 7030 section 3.2.3
 */
export function basicPassword(header: string | undefined): string | null {
  if (header === undefined || header.length > LONGEST_HEADER) return null;
  const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(header)?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? null : text.slice(colon + 1);
}
