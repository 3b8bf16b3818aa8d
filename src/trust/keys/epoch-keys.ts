import { encodeUtf8 } from '#base/core/index.ts';
import type { Random } from '#base/core/index.ts';
import { AeadKey, unwrapKey, wrapKey } from '#base/crypto/index.ts';
import type { Custody } from './custody.ts';
import { KeysError } from './errors.ts';
import type { KeyLog } from './key-log.ts';

/**
 * Seals every stored wrap once more, under keys that lie in custody and nowhere else. To shred is to seal the surviving
 * wraps under a new epoch and to destroy the old one: a row deleted from the catalogue is still in its old copies.
 */
export class EpochKeys {
  readonly #keys: ReadonlyMap<number, AeadKey>;
  readonly #random: Random;
  /** The epoch that seals. */
  readonly current: number;

  private constructor(keys: ReadonlyMap<number, AeadKey>, current: number, random: Random) {
    this.#keys = keys;
    this.current = current;
    this.#random = random;
  }

  /** All epochs in custody; makes the first where there is none. */
  static async open(custody: Custody, log: KeyLog, random: Random): Promise<EpochKeys> {
    const keys = new Map<number, AeadKey>();
    for (const { version, secret } of await fetchVersions(custody, 'epoch'))
      keys.set(version, AeadKey.fromBytes(secret));
    if (keys.size === 0) {
      await log.created('weir:control', 'keys:epoch', ['epoch-1']);
      const secret = random.bytes(32);
      await custody.keep('epoch-1', secret);
      keys.set(1, AeadKey.fromBytes(secret));
    }
    return new EpochKeys(keys, Math.max(...keys.keys()), random);
  }

  /** @param name of the key whose wrap it is, so that wraps cannot change places */
  seal(name: string, wrap: Uint8Array): Uint8Array {
    const key = this.#keys.get(this.current);
    if (key === undefined) throw new KeysError('KEYS_UNKNOWN', `Cannot seal wrap: epoch ${this.current} is unknown`);
    return wrapKey(key, this.#context(this.current, name), wrap, this.#random);
  }

  /** The wrap within, or null where its epoch was destroyed. @throws {KeysError} KEYS_KEY_DAMAGED */
  open(epoch: number, name: string, sealed: Uint8Array): Uint8Array | null {
    const key = this.#keys.get(epoch);
    if (key === undefined) return null;
    try {
      return unwrapKey(key, this.#context(epoch, name), sealed);
    } catch (cause) {
      throw new KeysError('KEYS_KEY_DAMAGED', `Cannot open key ${name}: its wrap was changed`, { cause });
    }
  }

  #context(epoch: number, name: string): Uint8Array {
    return encodeUtf8(`weir epoch ${epoch}\n${name}`);
  }
}

/** The secrets in custody named `<prefix>-<version>`, ascending. */
export async function fetchVersions(
  custody: Custody,
  prefix: string,
): Promise<readonly { readonly version: number; readonly secret: Uint8Array }[]> {
  const found: { version: number; secret: Uint8Array }[] = [];
  for (const name of await custody.names()) {
    const version = name.startsWith(`${prefix}-`) ? Number(name.slice(prefix.length + 1)) : Number.NaN;
    if (!Number.isInteger(version) || version < 1) continue;
    const secret = await custody.fetch(name);
    if (secret !== null) found.push({ version, secret });
  }
  return found.sort((a, b) => a.version - b.version);
}
