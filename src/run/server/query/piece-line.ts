import { contentDigestOf, PART_ROWS, QueryError } from '#flow/query/index.ts';
import type { CheckedPiece, ColumnNotes, FrozenContent, FrozenPiece, MadePiece } from '#flow/query/index.ts';
import type { StoredColumn } from '#flow/store/index.ts';

export interface PieceLineParts {
  /** What control knows of the columns, by position. */
  readonly notes: readonly ColumnNotes[];
  /** Rows that all pieces may have together. */
  readonly mostRows: number;
  /** Reads a piece, and gives its bytes back. */
  readonly check: (piece: MadePiece) => Promise<{ readonly checked: CheckedPiece; readonly plain: Uint8Array }>;
  /** Keeps a piece. */
  readonly take: (piece: FrozenPiece) => Promise<void>;
}

/**
 * Takes pieces as a query process makes them and commits to them. Of what the process says only names and types of columns
 * count, and those as far as the pieces bear them out; classes and units are control's own, rows, digests and times are
 * what is read in the pieces. One piece is checked and kept while the next is made.
 */
export class PieceLine {
  readonly #parts: PieceLineParts;
  readonly #digests: string[] = [];
  #columns: readonly StoredColumn[] | null = null;
  #rows = 0;
  /** Whether a part was not full: it was the last one. */
  #isOver = false;
  #before: Promise<void> = Promise.resolve();

  constructor(parts: PieceLineParts) {
    this.#parts = parts;
  }

  /** Resolves once there is room for the next one. @throws {QueryError} QUERY_FAILED, of the one before too */
  async push(piece: MadePiece): Promise<void> {
    await this.#before;
    this.#before = this.#take(piece);
    // Heard of with the next one, or at the end.
    this.#before.catch(() => undefined);
  }

  /** Resolves once nothing is under way any more, whatever came of it. */
  async settled(): Promise<void> {
    await this.#before.catch(() => undefined);
  }

  /** @throws {QueryError} QUERY_FAILED where the last piece was none, or there was none at all */
  async end(): Promise<FrozenContent> {
    await this.#before;
    if (this.#columns === null) throw wrong('there is none');
    const content = { columns: this.#columns, rows: this.#rows, partRows: PART_ROWS, parts: this.#digests };
    return { ...content, digest: contentDigestOf(content) };
  }

  async #take(made: MadePiece): Promise<void> {
    const { check, take, mostRows } = this.#parts;
    const columns = this.#columnsOf(made);
    const { checked, plain } = await check({ plain: made.plain, columns });
    const { rows, sizes, digests, least } = checked;
    if (this.#isOver) throw wrong('a part that is not the last one is not full');
    for (const [at, size] of sizes.entries()) {
      if (size === 0 || (size < PART_ROWS && at < sizes.length - 1)) throw wrong('a part that is not the last one is not full'); // prettier-ignore
    }
    this.#isOver = rows === 0 || sizes.at(-1)! < PART_ROWS;
    if (rows === 0 && this.#rows > 0) throw wrong('one of them has no rows');
    this.#rows += rows;
    if (this.#rows > mostRows) throw wrong(`they have more than ${mostRows} rows`);
    this.#digests.push(...digests);
    await take({ plain, columns, rows, parts: sizes.length, least });
  }

  /** Columns with their notes. @throws {QueryError} QUERY_FAILED where they are none, or others than before */
  #columnsOf({ columns: said }: MadePiece): readonly StoredColumn[] {
    const { notes } = this.#parts;
    const columns = said.map(({ name, type }, at) => ({
      name,
      type,
      nullable: true,
      class: notes[at]?.class ?? ('secret' as const),
      unit: notes[at]?.unit ?? null,
    }));
    const before = (this.#columns ??= columns);
    const isSame =
      columns.length === before.length &&
      columns.every(({ name, type }, at) => name === before[at]!.name && type === before[at]!.type);
    if (!isSame) throw wrong('their columns differ');
    return before;
  }
}

function wrong(why: string): QueryError {
  return new QueryError('QUERY_FAILED', `Cannot freeze the answer: its pieces are not what they have to be: ${why}`);
}
