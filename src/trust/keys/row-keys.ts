import type { Random } from '#base/core/index.ts';
import type { AeadKey } from '#base/crypto/index.ts';
import { makeRowSealer, rowHeader } from '#base/storage/index.ts';
import type { Catalogue, ResealableTable, RowSealer, SqlValue } from '#base/storage/index.ts';
import type { Custody } from './custody.ts';
import { fetchVersions, takeKey } from './epoch-keys.ts';
import { KeysError } from './errors.ts';
import type { KeyLog } from './key-log.ts';
import type { UseMeter } from './use-meter.ts';

/** The version is one byte of each sealed row. */
const MOST_VERSIONS = 255;
/** Rows of one transaction while rows are sealed again. */
const PAGE = 500;

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
  readonly #tables = new Map<string, ResealableTable>();
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

  /** Names of the tables whose rows it seals, as far as they were opened since the start. */
  get tables(): readonly string[] {
    return [...this.#tables.keys()];
  }

  serves(table: ResealableTable): void {
    this.#tables.set(table.name, table);
  }

  /** Seals again what older versions sealed, a page of a table a transaction. How many rows there were. */
  async reseal(catalogue: Catalogue): Promise<number> {
    let count = 0;
    for (const table of this.#tables.values()) {
      for (let after: readonly SqlValue[] | null | undefined; after !== null;) {
        const from: readonly SqlValue[] | null = after ?? null;
        const page = await catalogue.transaction((tx) => table.resealPage(tx, this.#current, from, PAGE));
        count += page.count;
        after = page.last;
        // Whoever waits for the thread is served between two pages.
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    return count;
  }

  /**
   * Rows that a version sealed, by what they say themselves.
   *
   * @param others tables that another domain seals; those that nobody opened yet may be this one's
   */
  async count(catalogue: Catalogue, version: number, others: ReadonlySet<string>): Promise<number> {
    let count = 0;
    for (const table of await catalogue.tables()) {
      if (others.has(table)) continue;
      const sql = `SELECT count(*) AS n FROM "${table}" WHERE substr("sealed", 1, 2) = ?`;
      const [row] = await catalogue.all(sql, [rowHeader(version)]);
      count += Number(row?.['n']);
    }
    return count;
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
