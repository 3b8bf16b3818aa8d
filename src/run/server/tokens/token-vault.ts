import type { Json, Log } from '#base/core/index.ts';
import { SealedTable, sealedTableSql } from '#base/storage/index.ts';
import type { Catalogue, CatalogueTransaction, RowSealer } from '#base/storage/index.ts';
import { openVaultRecord } from '#flow/ingest/index.ts';
import type { VaultValue } from '#flow/ingest/index.ts';
import type { VaultRecord } from '#flow/journal/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';

/** Originals by domain and token; tokens are digests and stand in clear. */
const VALUES = {
  name: 'tokens_vault',
  key: { domain: 'text', token: 'text' },
  clear: {},
  sealed: (value: Json): string | number => value as string | number,
} as const;

const SCHEMA = { room: 'tokens', migrations: [sealedTableSql(VALUES)] };

export interface TokenVaultParts {
  readonly catalogue: Catalogue;
  readonly sealer: RowSealer;
  readonly keys: Pick<KeyRing, 'digestKeyOf'>;
  /** Originals that it takes. */
  readonly most: () => number;
  readonly log: Pick<Log, 'error' | 'warn'>;
}

/**
 * What reversible tokens stand for. Originals come sealed from the gateways by the journal, and lie in rows of the
 * catalogue that are sealed under a key of their own. Only values that were not there cost anything.
 */
export class TokenVault {
  readonly #parts: TokenVaultParts;
  readonly #table: SealedTable<typeof VALUES.key, typeof VALUES.clear, string | number>;
  readonly #onRoom = new Set<(room: number) => void>();
  #count: number;

  private constructor(parts: TokenVaultParts, count: number) {
    this.#parts = parts;
    this.#table = new SealedTable(VALUES, parts.sealer);
    this.#count = count;
  }

  static async open(parts: TokenVaultParts): Promise<TokenVault> {
    await parts.catalogue.migrate(SCHEMA);
    const vault = new TokenVault(parts, 0);
    vault.#count = await vault.#table.count(parts.catalogue);
    return vault;
  }

  /** Originals that it has. */
  get size(): number {
    return this.#count;
  }

  /** How many more it takes. */
  get room(): number {
    return Math.max(0, this.#parts.most() - this.#count);
  }

  /** Is told how many more originals the vault takes, whenever that changes. */
  onRoom(listener: (room: number) => void): void {
    this.#onRoom.add(listener);
  }

  /**
   * Keeps what gateways sealed. What does not open is told of and left: it will open no better later, and the journal
   * behind it has to go on.
   */
  async take(records: readonly VaultRecord[]): Promise<void> {
    const { keys, log } = this.#parts;
    const values: VaultValue[] = [];
    for (const record of records) {
      const key = await keys.digestKeyOf('vault', record.version);
      try {
        if (key === null) throw new TypeError(`version ${record.version} of its key is gone`);
        values.push(...openVaultRecord(record, key.key.exportBytes()));
      } catch (error) {
        log.error({ error: (error as Error).message }, 'originals on their way to the vault cannot be opened');
      }
    }
    await this.keep(values);
  }

  /** Keeps originals; those that are there already stay. */
  async keep(values: readonly VaultValue[]): Promise<void> {
    let added = 0;
    if (values.length === 0) return;
    await this.#parts.catalogue.transaction(async (tx) => {
      added = 0;
      for (const value of values) if (await this.#keepOne(tx, value)) added += 1;
    });
    this.#changed(added);
  }

  async #keepOne(tx: CatalogueTransaction, { domain, token, original }: VaultValue): Promise<boolean> {
    const key = { domain, token: String(token) };
    if ((await this.#table.count(tx, key)) > 0) return false;
    await this.#table.insert(tx, key, original);
    return true;
  }

  /** The originals of some tokens of a domain, by token; those that it has not are not there. */
  async originals(
    domain: string,
    tokens: readonly (string | number)[],
  ): Promise<ReadonlyMap<string | number, string | number>> {
    const found = new Map<string | number, string | number>();
    for (const token of tokens) {
      const row = await this.#table.get(this.#parts.catalogue, { domain, token: String(token) });
      if (row !== null) found.set(token, row.sealed);
    }
    return found;
  }

  /**
   * Forgets the originals of some tokens, as for somebody who is erased. Copies of the catalogue have them until the
   * key of its rows is rotated and destroyed.
   *
   * @returns how many there were
   */
  async forget(domain: string, tokens: readonly (string | number)[]): Promise<number> {
    let gone = 0;
    await this.#parts.catalogue.transaction(async (tx) => {
      gone = 0;
      for (const token of tokens) if (await this.#table.delete(tx, { domain, token: String(token) })) gone += 1;
    });
    this.#changed(-gone);
    return gone;
  }

  #changed(by: number): void {
    if (by === 0) return;
    const wasFull = this.room === 0;
    this.#count += by;
    if (this.room === 0 && !wasFull) {
      this.#parts.log.warn({ values: this.#count }, 'the vault is full: readings with new originals have to wait');
    }
    for (const listener of this.#onRoom) listener(this.room);
  }
}
