import { TokenKey } from '#base/crypto/index.ts';
import { tokenDomains } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';

/** The key of a domain of tokens on its way to those who make tokens. It is in memory only, wherever it comes to. */
export interface HandedTokenKey {
  readonly domain: string;
  readonly version: number;
  readonly key: Uint8Array;
}

/** The newest key of every domain of tokens that a template names; one that is new is made, and logged first. */
export async function tokenKeysFor(
  template: Template,
  keys: Pick<KeyRing, 'digestKey'>,
): Promise<readonly HandedTokenKey[]> {
  const handed: HandedTokenKey[] = [];
  for (const domain of tokenDomains(template)) {
    const { version, key } = await keys.digestKey(`token:${domain}`);
    handed.push({ domain, version, key: key.exportBytes() });
  }
  return handed;
}

/** Keys as they were handed over, by domain. */
export function openTokenKeys(handed: readonly HandedTokenKey[]): ReadonlyMap<string, TokenKey> {
  return new Map(handed.map(({ domain, version, key }) => [domain, TokenKey.fromBytes(key, version)]));
}
