import type { AuditSink, Clock, Column, Json, NamedColumn } from '#base/core/index.ts';
import type { TokenMaker } from '#base/crypto/index.ts';
import { SealedTable, sealedTableSql } from '#base/storage/index.ts';
import type { Catalogue, RowSealer, StorageError } from '#base/storage/index.ts';
import { tokenDomainOf } from '#declare/template/index.ts';
import type { ReferenceTable, Template } from '#declare/template/index.ts';
import { markSubject, reorderRows, subjectRows } from '#flow/store/index.ts';
import type { SubjectColumn, SubjectRow } from '#flow/store/index.ts';
import type { VaultValue } from '#flow/ingest/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import { ApiError } from '../api/errors.ts';
import { csvRecords } from './csv-records.ts';
import type { SourceRecord } from './csv-records.ts';
import type { TokenVault } from '../tokens/token-vault.ts';
import { readTableColumns } from './table-columns.ts';

const TABLES = {
  name: 'tables_loaded',
  key: { name: 'text' },
  clear: { loaded: 'integer', rows: 'integer', actor: 'text' },
  sealed: (value: Json): Json => value,
} as const;

const SCHEMA = { room: 'tables', migrations: [sealedTableSql(TABLES)] };

/** Bytes of one file. */
const MOST_BYTES = 64 * 1_048_576;

/** A loaded table as queries read it. */
export interface LoadedTable {
  readonly rows: number;
  readonly columns: readonly NamedColumn[];
  /** Domain of the tokens that a column holds; one that is not there was loaded as it was. */
  readonly tokens: ReadonlyMap<string, string>;
}

const EMPTY: LoadedTable = { rows: 0, columns: [], tokens: new Map() };

interface Parts {
  readonly catalogue: Catalogue;
  readonly audit: AuditSink;
  readonly clock: Clock;
  readonly keys: Pick<KeyRing, 'tokenMaker'>;
  readonly template: () => Template;
  readonly vault: Pick<TokenVault, 'keep' | 'room'>;
}

/** Reference tables: declared in the template, loaded by hand, sealed in the catalogue, small enough for memory. */
export class ReferenceTables {
  readonly #parts: Parts;
  readonly #table: SealedTable<typeof TABLES.key, typeof TABLES.clear, Json>;
  readonly #loaded = new Map<string, LoadedTable>();
  /** Rows that were changed, by the table that they name, which may be what was changed. */
  readonly #damaged = new Map<string, StorageError>();

  private constructor(parts: Parts, sealer: RowSealer) {
    this.#parts = parts;
    this.#table = new SealedTable(TABLES, sealer);
  }

  static async open(parts: Parts & { readonly sealer: RowSealer }): Promise<ReferenceTables> {
    await parts.catalogue.migrate(SCHEMA);
    const tables = new ReferenceTables(parts, parts.sealer);
    const rows = await tables.#table.list(parts.catalogue, {
      onDamaged: (error, { name }) => void tables.#damaged.set(String(name), error),
    });
    for (const row of rows) tables.#loaded.set(row.name, fromJson(row.rows, row.sealed));
    return tables;
  }

  /**
   * The rows of a table; none before it was loaded.
   *
   * @throws {StorageError} STORAGE_ROW_DAMAGED where they were changed, until the table is loaded again
   */
  find(name: string): LoadedTable {
    const found = this.#loaded.get(name);
    if (found !== undefined) return found;
    const { tables } = this.#parts.template();
    // A name that there is not may have been this one.
    for (const [named, error] of this.#damaged) if (named === name || !tables.has(named)) throw error;
    return EMPTY;
  }

  /** Rows that a table has; none before it was loaded, and none where they were changed and are lost. */
  count(name: string): number {
    return this.#loaded.get(name)?.rows ?? 0;
  }

  /** Columns of a table that are declared tokens, and were loaded when they were not. */
  originals(name: string): ReadonlySet<string> {
    const declared = this.#parts.template().tables.get(name);
    const loaded = this.#loaded.get(name);
    if (declared === undefined || loaded === undefined) return new Set();
    const kept = new Set(loaded.columns.map((column) => column.name));
    const is = declared.fields.filter((field) => kept.has(field.name) && tokenDomainOf(name, field) !== null);
    return new Set(is.map((field) => field.name).filter((field) => !loaded.tokens.has(field)));
  }

  /**
   * Replaces the rows of a declared table.
   *
   * @param contentType CSV, JSON (an array of objects) or NDJSON
   * @throws {ApiError} API_TABLE_UNKNOWN, API_TABLE_INVALID; the rows that were there stay
   */
  async load(
    name: string,
    contentType: string,
    body: AsyncIterable<Uint8Array>,
    actor: string,
  ): Promise<{ rows: number }> {
    const { template, catalogue, audit, clock, vault } = this.#parts;
    const declared = template().tables.get(name);
    if (declared === undefined)
      throw new ApiError(
        'API_TABLE_UNKNOWN',
        `Cannot load table: the template declares none named ${name.slice(0, 64)}`,
      );
    const originals = new Map<string, VaultValue>();
    const read = await readTableColumns(
      name,
      declared.fields,
      recordsOf(contentType, body),
      await this.#tokensOf(declared),
      (column, token, original) => {
        const field = declared.fields.find((each) => each.name === column)!;
        if (field.token?.kind !== 'reversible') return;
        const domain = tokenDomainOf(name, field)!;
        originals.set(`${domain} ${token}`, { domain, token, original });
      },
    );
    if (originals.size > vault.room) {
      throw new ApiError(
        'API_TABLE_INVALID',
        `Cannot load table ${name}: the vault has room for ${vault.room} originals`,
        {
          hint: 'Raise `limits: vault-values` in the template',
        },
      );
    }
    const domains = declared.fields.map((field) => [field.name, tokenDomainOf(name, field)] as const);
    const tokens = new Map(domains.filter((each): each is readonly [string, string] => each[1] !== null));
    const loaded = { ...read, tokens };
    await audit.append({
      actor,
      action: 'load-table',
      resource: `table:${name}`,
      outcome: 'done',
      detail: { rows: loaded.rows },
    });
    // Before the tokens are there, so that none is without its original.
    await vault.keep([...originals.values()]);
    await this.#table.put(catalogue, { name, loaded: clock.now(), rows: loaded.rows, actor }, toJson(loaded));
    this.#loaded.set(name, loaded);
    this.#damaged.delete(name);
    return { rows: loaded.rows };
  }

  /** How many rows of a table are about a person. */
  countSubject(name: string, columns: readonly SubjectColumn[]): number {
    const loaded = this.#loaded.get(name);
    const marks = loaded === undefined ? null : markSubject(loaded, { stream: name, columns, before: null });
    return marks === null ? 0 : marks.reduce((sum, mark) => sum + mark, 0);
  }

  /** The rows of a table that are about a person. */
  readSubject(name: string, columns: readonly SubjectColumn[]): readonly SubjectRow[] {
    const loaded = this.#loaded.get(name);
    return loaded === undefined ? [] : subjectRows(loaded, { stream: name, columns, before: null });
  }

  /** Takes the rows about a person out of a table; the log knows of it already. @returns how many */
  async eraseSubject(name: string, columns: readonly SubjectColumn[]): Promise<number> {
    const loaded = this.#loaded.get(name);
    const marks = loaded === undefined ? null : markSubject(loaded, { stream: name, columns, before: null });
    if (loaded === undefined || marks === null) return 0;
    const kept = Uint32Array.from([...marks.keys()].filter((row) => marks[row] !== 1));
    const batch = reorderRows({ stream: name, template: '', ...loaded }, kept);
    // A dictionary would still name who is in no row any more.
    const columnsKept = batch.columns.map(({ name: column, data }) => ({ name: column, data: withoutUnused(data) }));
    const left = { ...loaded, rows: kept.length, columns: columnsKept };
    const { catalogue } = this.#parts;
    await catalogue.transaction(async (tx) => {
      const row = await this.#table.get(tx, { name });
      if (row === null) return;
      const { sealed: _, ...clear } = row;
      await this.#table.put(tx, { ...clear, rows: left.rows }, toJson(left));
    });
    this.#loaded.set(name, left);
    return loaded.rows - left.rows;
  }

  /** Keys of the fields that are kept as tokens, by the name of the field. */
  async #tokensOf({ name, fields }: ReferenceTable): Promise<ReadonlyMap<string, TokenMaker>> {
    const tokens = new Map<string, TokenMaker>();
    for (const field of fields) {
      const domain = tokenDomainOf(name, field);
      if (domain === null) continue;
      const format = field.token?.kind === 'format' ? field.token : null;
      tokens.set(field.name, await this.#parts.keys.tokenMaker(domain, format));
    }
    return tokens;
  }
}

function recordsOf(contentType: string, body: AsyncIterable<Uint8Array>): AsyncIterable<SourceRecord> {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase();
  const texts = bounded(body);
  if (type === 'text/csv') return csvRecords(texts);
  if (type === 'application/x-ndjson' || type === 'application/json')
    return jsonRecords(texts, type === 'application/json');
  throw new ApiError('API_TABLE_INVALID', 'Cannot load table: the file is neither CSV, JSON nor NDJSON', {
    hint: 'Name it .csv, .json or .ndjson',
  });
}

async function* bounded(body: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES)
        throw new ApiError('API_TABLE_INVALID', `Cannot load table: the file has more than ${MOST_BYTES} bytes`);
      yield decoder.decode(chunk, { stream: true });
    }
    yield decoder.decode();
  } catch (cause) {
    if (cause instanceof TypeError)
      throw new ApiError('API_TABLE_INVALID', 'Cannot load table: the file is not UTF-8', { cause });
    throw cause;
  }
}

async function* jsonRecords(texts: AsyncIterable<string>, array: boolean): AsyncIterable<SourceRecord> {
  const text = (await Array.fromAsync(texts)).join('');
  const items = array ? [text] : text.split('\n');
  for (const [i, item] of items.entries()) {
    if (item.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(item);
    } catch (cause) {
      throw new ApiError('API_TABLE_INVALID', `Cannot load table: line ${i + 1} is not JSON`, { cause });
    }
    for (const [n, row] of (array && Array.isArray(value) ? (value as unknown[]) : [value]).entries()) {
      const line = array ? n + 1 : i + 1;
      if (typeof row !== 'object' || row === null || Array.isArray(row))
        throw new ApiError('API_TABLE_INVALID', `Cannot load table: row ${line} is no object`);
      yield { values: new Map(Object.entries(row)), line };
    }
  }
}

/** The column with no entry in its dictionary that no row has. */
function withoutUnused(column: Column): Column {
  if (column.type !== 'text') return column;
  const places = new Map<number, number>();
  const codes = column.codes.map((code) => places.get(code) ?? (places.set(code, places.size), places.size - 1));
  return { ...column, codes, dictionary: [...places.keys()].map((code) => column.dictionary[code]!) };
}

/** Typed arrays as lists, for the sealed part of a row. */
function toJson({ columns, tokens }: LoadedTable): Json {
  return columns.map(({ name, data }) => ({
    name,
    ...(tokens.has(name) ? { tokens: tokens.get(name)! } : {}),
    type: data.type,
    nulls: data.nulls === null ? null : [...data.nulls],
    ...(data.type === 'text' ? { codes: [...data.codes], dictionary: data.dictionary } : { values: [...data.values] }),
  }));
}

function fromJson(rows: number, json: Json): LoadedTable {
  // The row's tag vouches that this is what `toJson` made.
  const stored = json as unknown as readonly {
    name: string;
    tokens?: string;
    type: Column['type'];
    nulls: number[] | null;
    values: number[];
    codes: number[];
    dictionary: string[];
  }[];
  const columns = stored.map(({ name, type, nulls, values, codes, dictionary }): NamedColumn => {
    const flags = nulls === null ? null : Uint8Array.from(nulls);
    if (type === 'text') return { name, data: { type, codes: Uint32Array.from(codes), dictionary, nulls: flags } };
    if (type === 'boolean') return { name, data: { type, values: Uint8Array.from(values), nulls: flags } };
    return { name, data: { type, values: Float64Array.from(values), nulls: flags } };
  });
  const tokens = stored.flatMap(({ name, tokens: domain }) => (domain === undefined ? [] : [[name, domain] as const]));
  return { rows, columns, tokens: new Map(tokens) };
}
