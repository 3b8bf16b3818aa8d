import { encodeUtf8 } from '#base/core/index.ts';
import type { Random } from '#base/core/index.ts';
import { sha256 } from '#base/crypto/index.ts';

const PREFIX = 'weir_';
const TOKEN = /^weir_[A-Za-z0-9_-]{43}$/;

/** A bearer token: a prefix that secret scanners can find, then 256 random bits in base64url. */
export function makeToken(random: Random): string {
  return PREFIX + Buffer.from(random.bytes(32)).toString('base64url');
}

/** The SHA-256 under which a token is kept, or null for a text that is none. @param text untrusted */
export function tokenDigest(text: string): Uint8Array | null {
  return TOKEN.test(text) ? sha256(encodeUtf8(text)) : null;
}
