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

  /** Digests of statements that name a value as a literal. */
  async naming(values: readonly (string | number)[]): Promise<readonly string[]> {
    const found: string[] = [];
    // A statement that was changed says nothing that could be believed, and is left to those who look for damage.
    for (const { digest, sealed } of await this.#table.list(this.#catalogue, { onDamaged: () => undefined })) {
      if (values.some((value) => isNamedIn(sealed, value))) found.push(digest);
    }
    return found;
  }

  /** Removes statements: what is left of them is their digest in the log. */
  async remove(digests: readonly string[]): Promise<void> {
    await this.#catalogue.transaction(async (tx) => {
      for (const digest of digests) await this.#table.delete(tx, { digest });
    });
    for (const digest of digests) this.#known.delete(digest);
  }
}

/** Whether a statement has a value as a literal: a text in quotes, possibly with more of it around, a number by itself. */
function isNamedIn(sql: string, value: string | number): boolean {
  if (typeof value === 'number') return new RegExp(`(?<![\\w.])${value}(?![\\w.])`).test(sql);
  const text = value.replaceAll("'", "''");
  return (sql.match(/'(?:[^']|'')*'/g) ?? []).some((literal) => isWordIn(literal.slice(1, -1), text));
}

/** Whether a text holds another that no letter or digit goes on. */
function isWordIn(text: string, word: string): boolean {
  if (word === '') return false;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const around = [text[at - 1] ?? '', text[at + word.length] ?? ''];
    if (around.every((letter) => !/[\p{L}\p{N}]/u.test(letter))) return true;
  }
  return false;
}
