import { join } from 'node:path';
import { decodeUtf8 } from '#base/core/index.ts';
import type { CustodyKind } from './custody.ts';
import { readIfThere } from './durable-file.ts';
import { KeysError } from './errors.ts';
import { formatRoot, ROOT_FILE } from './file-custody.ts';
import type { Pkcs11Place } from './pkcs11-root.ts';
import type { TransitPlace } from './transit-root.ts';

/** A root key that is not in the folder: what the file `root.json` names instead of it. */
export type CustodyPlace = Pkcs11Place | TransitPlace;

/** The root file of before a move, until the move has ended. */
export const FROM_FILE = 'root.from.json';

const VERSION = 3;
const LONGEST = 4_096;
/** Members of each kind, all text; those with `?` may be absent. */
const MEMBERS = {
  pkcs11: { module: /^\/.+/, token: /^.{1,32}$/, key: /^[A-Za-z0-9-]{1,64}$/ },
  transit: { url: /^https?:\/\/\S+$/, mount: /^[A-Za-z0-9_/-]{1,128}$/, key: /^[A-Za-z0-9_-]{1,64}$/ },
} as const;

/** The bytes of a root file that names a place. @param created RFC 3339 */
export function formatPlace({ kind, ...place }: CustodyPlace, created: string): Uint8Array {
  return formatRoot({ format: 'weir-root-key', version: VERSION, kind, created, place });
}

/** Checks a place that was read or given. @throws {KeysError} KEYS_ROOT_MALFORMED naming the member that is wrong */
export function requirePlace(kind: CustodyPlace['kind'], given: Readonly<Record<string, unknown>>): CustodyPlace {
  for (const [name, pattern] of Object.entries(MEMBERS[kind])) {
    const value = given[name];
    if (typeof value !== 'string' || value.length > LONGEST || !pattern.test(value)) {
      throw new KeysError('KEYS_ROOT_MALFORMED', `Cannot use custody ${kind}: its ${name} is missing or malformed`);
    }
  }
  const { module, token, key, url, mount, authority } = given as Record<string, string>;
  if (kind === 'pkcs11') return { kind, module: module ?? '', token: token ?? '', key: key ?? '' };
  const place = { kind, url: url ?? '', mount: mount ?? '', key: key ?? '' };
  return typeof authority === 'string' ? { ...place, authority } : place;
}

/**
 * Where the root key of a folder is, without opening it; null where there is none.
 *
 * @param file the root file, or that of before a move
 * @throws {KeysError} KEYS_ROOT_MALFORMED
 */
export async function inspectCustody(
  folder: string,
  file: string = ROOT_FILE,
): Promise<CustodyPlace | { readonly kind: Extract<CustodyKind, 'passphrase' | 'demo'> } | null> {
  const bytes = await readIfThere(join(folder, file));
  if (bytes === null) return null;
  try {
    const { version, kind, place } = JSON.parse(decodeUtf8(bytes)) as Record<string, unknown>;
    if (kind === 'pkcs11' || kind === 'transit') {
      if (version !== VERSION) throw new RangeError('a later version of Weir wrote it');
      return requirePlace(kind, (place ?? {}) as Record<string, unknown>);
    }
    if (kind === 'passphrase' || kind === 'demo') return { kind };
    throw new RangeError('it names no custody');
  } catch (cause) {
    if (cause instanceof KeysError) throw cause;
    throw new KeysError('KEYS_ROOT_MALFORMED', `Cannot read root key file: ${(cause as Error).message.slice(0, 120)}`, {
      cause,
      hint: 'Restore keys/root.json from a backup, or the root key from the recovery kit',
    });
  }
}
