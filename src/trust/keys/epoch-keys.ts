import { encodeUtf8 } from '#base/core/index.ts';
import type { Random } from '#base/core/index.ts';
import { AeadKey, pooledRandom, unwrapKey, wrapKey } from '#base/crypto/index.ts';
import type { Custody } from './custody.ts';
import { KeysError } from './errors.ts';
import type { KeyLog } from './key-log.ts';
import type { UseMeter } from './use-meter.ts';

/**
 * Seals every stored wrap once more, under keys that lie in custody and nowhere else. To shred is to seal the surviving
 * wraps under a new epoch and to destroy the old one: a row deleted from the catalogue is still in its old copies.
 */
export class EpochKeys {
  readonly #custody: Custody;
  readonly #log: KeyLog;
  readonly #keys: Map<number, AeadKey>;
  readonly #random: Random;
  readonly #nonces: Random;
  readonly #meter: UseMeter;
  #current: number;

  private constructor(keys: Map<number, AeadKey>, parts: EpochParts) {
    this.#custody = parts.custody;
    this.#log = parts.log;
    this.#keys = keys;
    this.#random = parts.random;
    this.#nonces = pooledRandom(parts.random);
    this.#meter = parts.meter;
    this.#current = Math.max(...keys.keys());
  }

  /** All epochs in custody; makes the first where there is none. */
  static async open(parts: EpochParts): Promise<EpochKeys> {
    const { custody, log, random } = parts;
    const keys = new Map<number, AeadKey>();
    for (const { version, secret } of await fetchVersions(custody, 'epoch')) keys.set(version, takeKey(secret));
    if (keys.size === 0) {
      await log.created('weir:control', 'keys:epoch', ['epoch-1']);
      const secret = random.bytes(32);
      await custody.keep('epoch-1', secret);
      keys.set(1, takeKey(secret));
    }
    return new EpochKeys(keys, parts);
  }

  /** The epoch that seals. */
  get current(): number {
    return this.#current;
  }

  /** Epochs that open, ascending. */
  get versions(): readonly number[] {
    return [...this.#keys.keys()].sort((a, b) => a - b);
  }

  /** Begins a new epoch: it seals from now on, and the one before is retired. Logged first. */
  async begin(actor: string): Promise<number> {
    const version = this.#current + 1;
    await this.#log.created(actor, 'keys:epoch', [`epoch-${version}`]);
    await this.#log.retired(actor, 'keys:epoch', [`epoch-${this.#current}`]);
    const secret = this.#random.bytes(32);
    await this.#custody.keep(`epoch-${version}`, secret);
    this.#keys.set(version, takeKey(secret));
    this.#current = version;
    return version;
  }

  /** Destroys an epoch for good: no wrap that it sealed opens again, whatever copy it stands in. Logged first. */
  async destroy(actor: string, version: number): Promise<void> {
    await this.#log.destroyed(actor, 'keys:epoch', [`epoch-${version}`]);
    await this.#custody.destroy(`epoch-${version}`);
    this.#keys.delete(version);
  }

  /** @param name of the key whose wrap it is, so that wraps cannot change places */
  seal(name: string, wrap: Uint8Array): Uint8Array {
    const key = this.#keys.get(this.#current);
    if (key === undefined) throw new KeysError('KEYS_UNKNOWN', `Cannot seal wrap: epoch ${this.#current} is unknown`);
    this.#meter.count(`epoch:${this.#current}`);
    return wrapKey(key, contextOf(this.#current, name), wrap, this.#nonces);
  }

  /** The wrap within, or null where its epoch was destroyed. @throws {KeysError} KEYS_KEY_DAMAGED */
  open(epoch: number, name: string, sealed: Uint8Array): Uint8Array | null {
    const key = this.#keys.get(epoch);
    if (key === undefined) return null;
    try {
      return unwrapKey(key, contextOf(epoch, name), sealed);
    } catch (cause) {
      throw new KeysError('KEYS_KEY_DAMAGED', `Cannot open key ${name}: its wrap was changed`, { cause });
    }
  }
}

interface EpochParts {
  readonly custody: Custody;
  readonly log: KeyLog;
  readonly random: Random;
  readonly meter: UseMeter;
}

function contextOf(epoch: number, name: string): Uint8Array {
  return encodeUtf8(`weir epoch ${epoch}\n${name}`);
}

/** The key that a secret stands for; the secret itself is wiped. */
export function takeKey(secret: Uint8Array): AeadKey {
  const key = AeadKey.fromBytes(secret);
  secret.fill(0);
  return key;
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
