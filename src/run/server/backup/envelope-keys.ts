import { decodeUtf8 } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import { openEnvelope } from '#base/crypto/index.ts';
import type { OpenEnvelope } from '#flow/store/index.ts';

/** Opens envelopes that all of these keys have signed. @param keys verifier keys */
export function envelopesOf(keys: readonly string[]): OpenEnvelope {
  return (text) => {
    const { type, payload } = openEnvelope(text, keys);
    return { type, statement: JSON.parse(decodeUtf8(payload)) as Json };
  };
}
