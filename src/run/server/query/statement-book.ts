import type { Clock, Json } from '#base/core/index.ts';
import { SealedTable, sealedTableSql } from '#base/storage/index.ts';
import type { Catalogue, CatalogueSchema, RowSealer } from '#base/storage/index.ts';

const STATEMENTS = {
  name: 'statements_kept',
  key: { digest: 'text' },
  clear: { first: 'integer' },
  sealed: (value: Json) => value as string,
} as const;

const SCHEMA: CatalogueSchema = { room: 'statements', migrations: [sealedTableSql(STATEMENTS)] };

/** Digests that are known to be kept already, so that a statement which is asked again costs nothing. */
const MOST_KNOWN = 10_000;

/**
 * The originals of statements, sealed with what is kept about people: the log names a statement by the digest of its
 * normal form, whose literals are keyed digests. Removing a row leaves a digest that says nothing.
 */
export class StatementBook {
  readonly #catalogue: Catalogue;
  readonly #table: SealedTable<typeof STATEMENTS.key, typeof STATEMENTS.clear, string>;
  readonly #clock: Clock;
  readonly #known = new Set<string>();

  private constructor(catalogue: Catalogue, sealer: RowSealer, clock: Clock) {
    this.#catalogue = catalogue;
    this.#table = new SealedTable(STATEMENTS, sealer);
    this.#clock = clock;
  }

  static async open(catalogue: Catalogue, sealer: RowSealer, clock: Clock): Promise<StatementBook> {
    await catalogue.migrate(SCHEMA);
    return new StatementBook(catalogue, sealer, clock);
  }

  /** Keeps a statement under the digest that its log entry has, unless it is there. */
  async keep(digest: string, sql: string): Promise<void> {
    if (this.#known.has(digest)) return;
    await this.#catalogue.transaction(async (tx) => {
      if ((await this.#table.get(tx, { digest })) === null) {
        // A lone surrogate has no UTF-8, and a statement with one does not parse anyway.
        await this.#table.insert(tx, { digest, first: this.#clock.now() }, sql.toWellFormed());
      }
    });
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.add(digest);
  }

  /** The statement behind a digest of the log, and when it was first asked (epoch microseconds); null where none is kept. */
  async find(digest: string): Promise<{ readonly sql: string; readonly first: number } | null> {
    const row = await this.#table.get(this.#catalogue, { digest });
    return row === null ? null : { sql: row.sealed, first: row.first };
  }
}
