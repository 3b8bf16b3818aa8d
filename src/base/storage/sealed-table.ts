import { decodeUtf8, encodeUtf8, equalBytes, hasCode, toBase64 } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import { StorageError } from './errors.ts';
import type { CatalogueTransaction, SqlRow, SqlValue } from './ports.ts';
import { rowHeader } from './row-sealer.ts';
import type { ResealableTable, ResealedPage, RowSealer } from './row-sealer.ts';
import { columnSql, isColumnValue, requireColumnValue } from './table-columns.ts';
import type { Columns, Values } from './table-columns.ts';
import { whereSql } from './where.ts';
import type { Where } from './where.ts';

/** What a table of a room looks like. Column names are `[a-z_]+`; `sealed` is taken. */
export interface SealedTableSpec<K extends Columns, C extends Columns, S extends Json> {
  readonly name: string;
  readonly key: K;
  /** Columns that can be searched. Never personal data: digests, ids, states, times. */
  readonly clear: C;
  /** Gives the sealed part its type; absent where the table seals nothing but its own integrity. */
  readonly sealed?: (value: Json) => S;
  readonly unique?: readonly (readonly (keyof (K & C) & string)[])[];
  readonly indexes?: readonly (readonly (keyof (K & C) & string)[])[];
}

/** A row that was read whole and unchanged. */
export type SealedRow<K extends Columns, C extends Columns, S extends Json> = Values<K> &
  Values<C> & { readonly sealed: S };

export interface ListOptions<K extends Columns, C extends Columns> {
  readonly where?: Where<K & C>;
  /** Columns to order by, ascending; the key by default. */
  readonly order?: readonly (keyof (K & C) & string)[];
  readonly descending?: boolean;
  readonly limit?: number;
  /**
   * Told of each damaged row, which is left out; without it the first one ends the listing with its error. What the row
   * holds in clear may be what was changed.
   */
  readonly onDamaged?: (error: StorageError, row: SqlRow) => void;
}

/**
 * Rows that vouch for themselves.
 *
 * Each row carries an AEAD blob: its private part as canonical JSON, and a tag over table name, key and all columns in
 * clear. A row with a flipped bit anywhere is never returned. Null columns do not enter the tag, so a later migration
 * may add a nullable column without touching rows. A row taken out, or put back from an older copy of the file, is not
 * recognised here: that is what the audit log is for.
 */
export class SealedTable<
  const K extends Columns,
  const C extends Columns,
  S extends Json = null,
> implements ResealableTable {
  readonly spec: SealedTableSpec<K, C, S>;
  readonly #sealer: RowSealer;
  readonly #columns: Columns;
  /** Names in the order of their bytes: the order in which they enter the tag. */
  readonly #sorted: readonly string[];
  readonly #keyNames: readonly string[];
  readonly #select: string;
  readonly #insert: string;
  readonly #replace: string;
  readonly #byKey: string;
  readonly #page: { readonly first: string; readonly next: string };
  /** Statements that change some columns, by these columns. */
  readonly #updates = new Map<string, string>();

  constructor(spec: SealedTableSpec<K, C, S>, sealer: RowSealer) {
    this.spec = spec;
    this.#sealer = sealer;
    this.#columns = { ...spec.key, ...spec.clear };
    this.#keyNames = Object.keys(spec.key);
    const names = Object.keys(this.#columns);
    this.#sorted = names.toSorted();
    const listed = [...names, 'sealed'].map(quote).join(', ');
    const values = [...names, 'sealed'].map(() => '?').join(', ');
    this.#byKey = ` WHERE ${this.#keyNames.map((name) => `${quote(name)} = ?`).join(' AND ')}`;
    this.#select = `SELECT ${listed} FROM ${quote(spec.name)}`;
    this.#insert = `INSERT INTO ${quote(spec.name)} (${listed}) VALUES (${values})`;
    const set = [...Object.keys(spec.clear), 'sealed'].map((name) => `${quote(name)} = excluded.${quote(name)}`);
    const keys = this.#keyNames.map(quote).join(', ');
    const marks = this.#keyNames.map(() => '?').join(', ');
    this.#page = {
      first: `${this.#select} ORDER BY ${keys} LIMIT ?`,
      next: `${this.#select} WHERE (${keys}) > (${marks}) ORDER BY ${keys} LIMIT ?`,
    };
    this.#replace = `${this.#insert} ON CONFLICT (${this.#keyNames.map(quote).join(', ')}) DO UPDATE SET ${set.join(', ')}`;
    sealer.serves?.(this);
  }

  get name(): string {
    return this.spec.name;
  }

  /** Stores a row, in place of the one with its key if there is one. @throws {StorageError} STORAGE_VALUE_INVALID, STORAGE_CONSTRAINT */
  async put(tx: CatalogueTransaction, row: Values<K> & Values<C>, sealed: S): Promise<void> {
    await tx.run(this.#replace, this.#parameters(row, sealed));
  }

  /** Stores a new row. @throws {StorageError} STORAGE_CONSTRAINT if its key is taken, STORAGE_VALUE_INVALID */
  async insert(tx: CatalogueTransaction, row: Values<K> & Values<C>, sealed: S): Promise<void> {
    await tx.run(this.#insert, this.#parameters(row, sealed));
  }

  /**
   * Changes columns of a row that is there, and leaves the others alone: indexes on these are not touched.
   *
   * @param row whole, as it is to be; in the columns that are not named as it is
   * @throws {StorageError} STORAGE_VALUE_INVALID, STORAGE_CONSTRAINT
   */
  async update(
    tx: CatalogueTransaction,
    row: Values<K> & Values<C>,
    columns: readonly (keyof C & string)[],
    sealed: S,
  ): Promise<void> {
    const values = this.#values(row);
    const changed = columns.map((name) => values[name] ?? null);
    await tx.run(this.#update(columns), [...changed, this.#seal(values, sealed), ...this.#keyOf(row)]);
  }

  /** @throws {StorageError} STORAGE_ROW_DAMAGED */
  async get(tx: CatalogueTransaction, key: Values<K>): Promise<SealedRow<K, C, S> | null> {
    const [found] = await tx.all(this.#select + this.#byKey, this.#keyOf(key));
    return found === undefined ? null : this.#verify(found);
  }

  /** @throws {StorageError} STORAGE_ROW_DAMAGED unless `onDamaged` takes it */
  async list(tx: CatalogueTransaction, options: ListOptions<K, C> = {}): Promise<readonly SealedRow<K, C, S>[]> {
    const { sql, parameters } = whereSql(this.spec.name, this.#columns, options.where ?? {});
    const order = (options.order ?? this.#keyNames)
      .map((name) => quote(name) + (options.descending === true ? ' DESC' : ''))
      .join(', ');
    const limit = options.limit === undefined ? '' : ' LIMIT ?';
    const found = await tx.all(`${this.#select}${sql} ORDER BY ${order}${limit}`, [
      ...parameters,
      ...(options.limit === undefined ? [] : [options.limit]),
    ]);
    const { onDamaged } = options;
    if (onDamaged === undefined) return found.map((row) => this.#verify(row));
    return found.flatMap((row) => {
      try {
        return [this.#verify(row)];
      } catch (error) {
        if (!hasCode(error, 'STORAGE_ROW_DAMAGED')) throw error;
        onDamaged(error as StorageError, row);
        return [];
      }
    });
  }

  /** Number of rows that meet the conditions; their content is not verified. */
  async count(tx: CatalogueTransaction, where: Where<K & C> = {}): Promise<number> {
    const { sql, parameters } = whereSql(this.spec.name, this.#columns, where);
    const [row] = await tx.all(`SELECT count(*) AS n FROM ${quote(this.spec.name)}${sql}`, parameters);
    return Number(row?.['n']);
  }

  /** Sum of a column over rows that meet the conditions; null counts as 0. Their content is not verified. */
  async sum(tx: CatalogueTransaction, column: keyof (K & C) & string, where: Where<K & C> = {}): Promise<number> {
    const { sql, parameters } = whereSql(this.spec.name, this.#columns, where);
    const [row] = await tx.all(`SELECT sum(${quote(column)}) AS n FROM ${quote(this.spec.name)}${sql}`, parameters);
    return Number(row?.['n'] ?? 0);
  }

  async resealPage(
    tx: CatalogueTransaction,
    current: number,
    after: readonly SqlValue[] | null,
    limit: number,
  ): Promise<ResealedPage> {
    const header = rowHeader(current);
    const rows =
      after === null ? await tx.all(this.#page.first, [limit]) : await tx.all(this.#page.next, [...after, limit]);
    let count = 0;
    for (const row of rows) {
      const fresh = this.#resealed(row, header);
      if (fresh === null) continue;
      await tx.run(this.#update([]), [fresh, ...this.#keyOf(row as Values<K>)]);
      count += 1;
    }
    const last = rows.length < limit ? undefined : rows.at(-1);
    return { count, last: last === undefined ? null : this.#keyOf(last as Values<K>) };
  }

  /** Removes a row; tells whether there was one. */
  async delete(tx: CatalogueTransaction, key: Values<K>): Promise<boolean> {
    return (await tx.run(`DELETE FROM ${quote(this.spec.name)}${this.#byKey}`, this.#keyOf(key))) > 0;
  }

  #parameters(row: Values<K> & Values<C>, sealed: S): SqlValue[] {
    const values = this.#values(row);
    return [...Object.values(values), this.#seal(values, sealed)];
  }

  #values(row: Values<K> & Values<C>): Record<string, SqlValue> {
    const given: Readonly<Record<string, unknown>> = row;
    const values: Record<string, SqlValue> = {};
    for (const [name, kind] of Object.entries(this.#columns)) {
      values[name] = requireColumnValue(this.spec.name, name, kind, given[name]);
    }
    return values;
  }

  #seal(values: Readonly<Record<string, SqlValue>>, sealed: S): Uint8Array {
    const plaintext = sealed === null ? NOTHING : encodeUtf8(JSON.stringify(sealed));
    return this.#sealer.seal(this.#aad(values), plaintext);
  }

  /** What a row is sealed with anew; null where that is no need, or not to be. */
  #resealed(row: SqlRow, current: Uint8Array): Uint8Array | null {
    const sealed = row['sealed'];
    if (!(sealed instanceof Uint8Array) || equalBytes(sealed.subarray(0, current.length), current)) return null;
    const aad = this.#aad(row);
    let plaintext: Uint8Array;
    try {
      plaintext = this.#sealer.open(aad, sealed);
    } catch {
      return null;
    }
    return this.#sealer.seal(aad, plaintext);
  }

  #update(columns: readonly string[]): string {
    const of = columns.join();
    let statement = this.#updates.get(of);
    if (statement === undefined) {
      const set = [...columns, 'sealed'].map((name) => `${quote(name)} = ?`).join(', ');
      statement = `UPDATE ${quote(this.spec.name)} SET ${set}${this.#byKey}`;
      this.#updates.set(of, statement);
    }
    return statement;
  }

  #keyOf(key: Values<K>): SqlValue[] {
    const given: Readonly<Record<string, unknown>> = key;
    return this.#keyNames.map((name) =>
      requireColumnValue(this.spec.name, name, this.#columns[name] ?? 'text', given[name]),
    );
  }

  #verify(row: SqlRow): SealedRow<K, C, S> {
    const sealed = row['sealed'];
    for (const [name, kind] of Object.entries(this.#columns)) {
      if (!isColumnValue(kind, row[name])) throw this.#damaged(row);
    }
    if (!(sealed instanceof Uint8Array)) throw this.#damaged(row);
    let plaintext: Uint8Array;
    try {
      plaintext = this.#sealer.open(this.#aad(row), sealed);
    } catch (error) {
      throw this.#damaged(row, error);
    }
    const value: Json = plaintext.length === 0 ? null : (JSON.parse(decodeUtf8(plaintext)) as Json);
    // The bytes passed the tag, so what was put in is what comes out.
    return { ...row, sealed: this.spec.sealed === undefined ? null : this.spec.sealed(value) } as SealedRow<K, C, S>;
  }

  /** What the tag covers besides the sealed part; injective, as JSON strings and numbers are. */
  #aad(values: SqlRow): Uint8Array {
    const parts: unknown[] = [this.spec.name];
    for (const name of this.#sorted) {
      const value = values[name];
      if (value === null || value === undefined) continue;
      parts.push(name, value instanceof Uint8Array ? { b: toBase64(value) } : value);
    }
    return encodeUtf8(JSON.stringify(parts));
  }

  #damaged(row: SqlRow, cause?: unknown): StorageError {
    const key = this.#keyNames.map((name) => `${name} ${showKey(row[name])}`).join(', ');
    return new StorageError('STORAGE_ROW_DAMAGED', `Cannot read ${this.spec.name}: the row with ${key} was changed`, {
      cause,
      hint: 'Restore the catalogue from the newest backup; weir audit verify shows what the row last was',
    });
  }
}

/**
 * The statements that create a sealed table, for a room's first migration. A table that was released changes by
 * statements of its own in a later migration, so freeze this text there before the specification changes.
 */
export function sealedTableSql<K extends Columns, C extends Columns, S extends Json>(
  spec: SealedTableSpec<K, C, S>,
): readonly string[] {
  const columns = Object.entries({ ...spec.key, ...spec.clear }).map(
    ([name, kind]) => `${quote(name)} ${columnSql(kind)}`,
  );
  const key = Object.keys(spec.key).map(quote).join(', ');
  const index = (names: readonly string[], unique: boolean): string =>
    `CREATE ${unique ? 'UNIQUE ' : ''}INDEX "${spec.name}_by_${names.join('_')}" ON ${quote(spec.name)} (${names.map(quote).join(', ')})`;
  return [
    `CREATE TABLE ${quote(spec.name)} (${columns.join(', ')}, "sealed" BLOB NOT NULL, PRIMARY KEY (${key}))`,
    ...(spec.unique ?? []).map((names) => index(names, true)),
    ...(spec.indexes ?? []).map((names) => index(names, false)),
  ];
}

const NOTHING = new Uint8Array(0);
const NAME = /^[a-z][a-z0-9_]{0,62}$/;

/** Names come from specifications in the source, never from outside; the check keeps it so. */
function quote(name: string): string {
  if (!NAME.test(name)) throw new TypeError(`${JSON.stringify(name)} is no name of a table or column`);
  return `"${name}"`;
}

function showKey(value: SqlValue | undefined): string {
  return value instanceof Uint8Array ? value.subarray(0, 16).toHex() : JSON.stringify(value ?? null).slice(0, 80);
}
