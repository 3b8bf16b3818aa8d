import { FormatTokenKey, TokenKey } from '#base/crypto/index.ts';
import type { TokenFormat, TokenMaker } from '#base/crypto/index.ts';
import { tokenDomains, tokenFormats } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { VaultKey } from '#flow/ingest/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';

/** The keys of a domain of tokens on their way to those who make tokens. They are in memory only, wherever they come to. */
export interface HandedTokenKey {
  readonly domain: string;
  /** Version of the first key. */
  readonly first: number;
  /** Those from the first version on, each made use of by the next. */
  readonly keys: readonly Uint8Array[];
  /** The format that its tokens keep; null where they keep none. */
  readonly format: TokenFormat | null;
}

/** The keys of every domain of tokens that a template names; a first one is made, and logged before. */
export async function tokenKeysFor(
  template: Template,
  keys: Pick<KeyRing, 'tokenKeys'>,
): Promise<readonly HandedTokenKey[]> {
  const formats = tokenFormats(template);
  const handed: HandedTokenKey[] = [];
  for (const domain of tokenDomains(template)) {
    handed.push(await handedKeyOf(domain, formats.get(domain) ?? null, keys));
  }
  return handed;
}

/** The keys of one domain. */
export async function handedKeyOf(
  domain: string,
  format: TokenFormat | null,
  keys: Pick<KeyRing, 'tokenKeys'>,
): Promise<HandedTokenKey> {
  const { first, keys: versions } = await keys.tokenKeys(domain);
  return { domain, first, keys: versions.map((key) => key.exportBytes()), format };
}

/** Keys as they were handed over, by domain. */
export function openTokenKeys(handed: readonly HandedTokenKey[]): ReadonlyMap<string, TokenMaker> {
  return new Map(handed.map((each) => [each.domain, makerOf(each)]));
}

/** What makes the tokens of a domain. */
export function makerOf({ domain, first, keys, format }: HandedTokenKey): TokenMaker {
  if (format === null) return TokenKey.fromVersions(keys, first);
  // Tokens that keep a format have no room for a version: only the first key makes them.
  return new FormatTokenKey(keys[0]!, first, domain, format);
}

/** The key under which originals travel to the vault; null where a template keeps none there. */
export async function vaultKeyFor(template: Template, keys: Pick<KeyRing, 'digestKey'>): Promise<VaultKey | null> {
  const streams = [...template.streams.values()];
  if (!streams.some(({ fields }) => fields.some(({ token }) => token?.kind === 'reversible'))) return null;
  const { version, key } = await keys.digestKey('vault');
  return { version, key: key.exportBytes() };
}
