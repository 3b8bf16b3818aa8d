import { FormatTokenKey, TokenKey } from '#base/crypto/index.ts';
import type { TokenFormat, TokenMaker } from '#base/crypto/index.ts';
import { tokenDomains, tokenFormats } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { VaultKey } from '#flow/ingest/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';

/** The key of a domain of tokens on its way to those who make tokens. It is in memory only, wherever it comes to. */
export interface HandedTokenKey {
  readonly domain: string;
  readonly version: number;
  readonly key: Uint8Array;
  /** The format that its tokens keep; null where they keep none. */
  readonly format: TokenFormat | null;
}

/** The newest key of every domain of tokens that a template names; one that is new is made, and logged first. */
export async function tokenKeysFor(
  template: Template,
  keys: Pick<KeyRing, 'digestKey'>,
): Promise<readonly HandedTokenKey[]> {
  const formats = tokenFormats(template);
  const handed: HandedTokenKey[] = [];
  for (const domain of tokenDomains(template)) {
    const { version, key } = await keys.digestKey(`token:${domain}`);
    handed.push({ domain, version, key: key.exportBytes(), format: formats.get(domain) ?? null });
  }
  return handed;
}

/** Keys as they were handed over, by domain. */
export function openTokenKeys(handed: readonly HandedTokenKey[]): ReadonlyMap<string, TokenMaker> {
  return new Map(handed.map((each) => [each.domain, makerOf(each)]));
}

function makerOf({ domain, version, key, format }: HandedTokenKey): TokenMaker {
  return format === null ? TokenKey.fromBytes(key, version) : new FormatTokenKey(key, version, domain, format);
}

/** The key under which originals travel to the vault; null where a template keeps none there. */
export async function vaultKeyFor(template: Template, keys: Pick<KeyRing, 'digestKey'>): Promise<VaultKey | null> {
  const streams = [...template.streams.values()];
  if (!streams.some(({ fields }) => fields.some(({ token }) => token?.kind === 'reversible'))) return null;
  const { version, key } = await keys.digestKey('vault');
  return { version, key: key.exportBytes() };
}
