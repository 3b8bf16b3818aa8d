import { FormatTokenKey, TokenKey } from '#base/crypto/index.ts';
import type { TokenMaker } from '#base/crypto/index.ts';
import { tokenDomains, tokenFormats } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';

/** A key for each domain of tokens of a template, the same in every run and another for each domain. */
export function tokenKeysOf(template: Template): ReadonlyMap<string, TokenMaker> {
  const formats = tokenFormats(template);
  return new Map(
    tokenDomains(template).map((domain) => {
      const raw = new Uint8Array(32);
      raw.set(Buffer.from(domain).subarray(0, 32));
      const format = formats.get(domain);
      return [domain, format === undefined ? TokenKey.fromBytes(raw, 1) : new FormatTokenKey(raw, 1, domain, format)];
    }),
  );
}
