import type { Random } from '#base/core/index.ts';
import type { AeadKey } from '#base/crypto/index.ts';
import { makeRowSealer } from '#base/storage/index.ts';
import type { RowSealer } from '#base/storage/index.ts';
import type { Custody } from './custody.ts';
import { fetchVersions, takeKey } from './epoch-keys.ts';
import { KeysError } from './errors.ts';
import type { KeyLog } from './key-log.ts';
import type { UseMeter } from './use-meter.ts';

/** The version is one byte of each sealed row. */
const MOST_VERSIONS = 255;

export interface RowKeysParts {
  readonly custody: Custody;
  readonly log: KeyLog;
  readonly random: Random;
  readonly meter: UseMeter;
}

/**
 * The sealer of a domain of catalogue rows. Its newest version seals, all open; a rotation takes effect at the next row,
 * whoever holds the sealer.
 */
export class RotatingRowSealer implements RowSealer {
  readonly domain: string;
  readonly #parts: RowKeysParts;
  readonly #keys: Map<number, AeadKey>;
  #current: number;
  #sealer: RowSealer;

  private constructor(domain: string, keys: Map<number, AeadKey>, parts: RowKeysParts) {
    this.domain = domain;
    this.#parts = parts;
    this.#keys = keys;
    this.#current = Math.max(...keys.keys());
    this.#sealer = makeRowSealer(keys, this.#current, parts.random);
  }

  /**
   * Opens the key in custody, or makes it at first use.
   *
   * @param domain `[a-z]+`, such as `catalogue` or `people`: rows that may one day be shredded apart
   */
  static async open(domain: string, parts: RowKeysParts): Promise<RotatingRowSealer> {
    const { custody, log, random } = parts;
    const keys = new Map<number, AeadKey>();
    for (const { version, secret } of await fetchVersions(custody, `rows-${domain}`)) {
      keys.set(version, takeKey(secret));
    }
    if (keys.size === 0) {
      const name = `rows-${domain}-1`;
      await log.created('weir:control', 'keys:rows', [name]);
      const secret = random.bytes(32);
      await custody.keep(name, secret);
      keys.set(1, takeKey(secret));
    }
    return new RotatingRowSealer(domain, keys, parts);
  }

  /** The version that seals. */
  get current(): number {
    return this.#current;
  }

  /** Versions that open, ascending. */
  get versions(): readonly number[] {
    return [...this.#keys.keys()].sort((a, b) => a - b);
  }

  /** Begins a new version. Logged first. */
  async rotate(actor: string): Promise<number> {
    const { custody, log, random } = this.#parts;
    const version = this.#current + 1;
    if (version > MOST_VERSIONS) {
      throw new KeysError('KEYS_VERSIONS_SPENT', `Cannot rotate row key ${this.domain}: it has had 255 versions`);
    }
    await log.created(actor, 'keys:rows', [this.#name(version)]);
    await log.retired(actor, 'keys:rows', [this.#name(this.#current)]);
    const secret = random.bytes(32);
    await custody.keep(this.#name(version), secret);
    this.#keys.set(version, takeKey(secret));
    this.#current = version;
    this.#sealer = makeRowSealer(this.#keys, version, random);
    return version;
  }

  /** Destroys a version that no longer seals: rows that it sealed open never again. Logged first. */
  async destroy(actor: string, version: number): Promise<void> {
    const { custody, log, random } = this.#parts;
    await log.destroyed(actor, 'keys:rows', [this.#name(version)]);
    await custody.destroy(this.#name(version));
    this.#keys.delete(version);
    this.#sealer = makeRowSealer(this.#keys, this.#current, random);
  }

  seal(aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
    this.#parts.meter.count(`rows:${this.domain}:${this.#current}`);
    return this.#sealer.seal(aad, plaintext);
  }

  open(aad: Uint8Array, sealed: Uint8Array): Uint8Array {
    return this.#sealer.open(aad, sealed);
  }

  #name(version: number): string {
    return `rows-${this.domain}-${version}`;
  }
}
