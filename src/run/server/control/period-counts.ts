import type { Json } from '#base/core/index.ts';
import { SealedTable, sealedTableSql } from '#base/storage/index.ts';
import type { Catalogue, CatalogueSchema, RowSealer, SealedTableSpec } from '#base/storage/index.ts';

const KEY = { start: 'integer' } as const;
/** `mark` is for the owner: what it had counted up to when the row was saved. */
const CLEAR = { mark: 'integer' } as const;

/** What was counted, by its words joined with a blank. */
type Counted = readonly (readonly [words: string, count: number])[];

/** Where counts are kept: a table of the catalogue with one sealed row for each period. */
export interface CountsTable {
  readonly spec: SealedTableSpec<typeof KEY, typeof CLEAR, Counted & Json>;
  /** Length of a period in microseconds. */
  readonly period: number;
  /** Counts that are kept over all periods; the oldest periods go first. */
  readonly most: number;
}

function countsTable(name: string, period: number, most: number): CountsTable {
  const sealed = (value: Json): Counted & Json => value as unknown as Counted & Json;
  return { spec: { name, key: KEY, clear: CLEAR, sealed }, period, most };
}

/** Refused readings by minute, stream, device and reason. */
export const REFUSAL_COUNTS = countsTable('counts_refusals', 60_000_000, 50_000);
/** Entries of the log by hour, action and outcome: more than a year of a platform on which much is done. */
export const LOG_COUNTS = countsTable('counts_log', 3_600_000_000, 400_000);
/** New values of tokenised fields by hour and device. */
export const TOKEN_COUNTS = countsTable('counts_tokens', 3_600_000_000, 200_000);

/** What of readings was left out by hour, stream and kind. */
export const LEFT_OUT_COUNTS = countsTable('counts_left_out', 3_600_000_000, 200_000);

const SCHEMA: CatalogueSchema = {
  room: 'counts',
  migrations: [
    [...sealedTableSql(REFUSAL_COUNTS.spec), ...sealedTableSql(LOG_COUNTS.spec)],
    [...sealedTableSql(TOKEN_COUNTS.spec)],
    [...sealedTableSql(LEFT_OUT_COUNTS.spec)],
  ],
};

/** One count: start of its period in epoch microseconds, what was counted, how often. */
export interface PeriodCount {
  readonly start: number;
  readonly words: readonly string[];
  readonly count: number;
}

/**
 * Counts by period that outlive a restart. Counting is in memory; `save` writes the periods that changed. What was
 * saved before is read when it is first needed, so that a start does not wait for it.
 */
export class PeriodCounts {
  readonly #catalogue: Catalogue;
  readonly #table: SealedTable<typeof KEY, typeof CLEAR, Counted & Json>;
  readonly #period: number;
  readonly #most: number;
  readonly #periods = new Map<number, Map<string, number>>();
  readonly #changed = new Set<number>();
  #size = 0;
  #mark = 0;
  #loading: Promise<void> | null = null;

  private constructor(catalogue: Catalogue, sealer: RowSealer, { spec, period, most }: CountsTable) {
    this.#catalogue = catalogue;
    this.#table = new SealedTable(spec, sealer);
    this.#period = period;
    this.#most = most;
  }

  static async open(catalogue: Catalogue, sealer: RowSealer, table: CountsTable): Promise<PeriodCounts> {
    await catalogue.migrate(SCHEMA);
    return new PeriodCounts(catalogue, sealer, table);
  }

  /**
   * Counts something.
   *
   * @param time epoch microseconds
   * @param words without blanks; empty where something is not known
   */
  add(time: number, words: readonly string[], count: number): void {
    const start = Math.floor(time / this.#period) * this.#period;
    this.#add(start, words.join(' '), count);
    this.#changed.add(start);
  }

  /** All counts, oldest period first. @throws {StorageError} STORAGE_ROW_DAMAGED */
  async all(): Promise<readonly PeriodCount[]> {
    await this.load();
    return [...this.#periods]
      .sort(([a], [b]) => a - b)
      .flatMap(([start, counts]) => [...counts].map(([words, count]) => ({ start, words: words.split(' '), count })));
  }

  /** Reads what was saved before, once. @returns the mark that it was last saved with, 0 for never */
  async load(): Promise<number> {
    this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = null;
      throw error;
    });
    await this.#loading;
    return this.#mark;
  }

  /**
   * Writes what changed since the last time, and lets go of the oldest periods where there are too many counts.
   *
   * @param mark what the owner has counted up to at the moment of the call
   */
  async save(mark: number): Promise<void> {
    await this.load();
    const gone = this.#shed();
    const changed = [...this.#changed].map((start) => [start, [...(this.#periods.get(start) ?? [])]] as const);
    this.#changed.clear();
    if (changed.length + gone.length === 0) return;
    try {
      await this.#catalogue.transaction(async (tx) => {
        for (const [start, counts] of changed) await this.#table.put(tx, { start, mark }, counts);
        for (const start of gone) await this.#table.delete(tx, { start });
      });
    } catch (error) {
      for (const [start] of changed) this.#changed.add(start);
      throw error;
    }
    this.#mark = mark;
  }

  async #load(): Promise<void> {
    const rows = await this.#table.list(this.#catalogue);
    for (const { start, mark, sealed } of rows) {
      this.#mark = Math.max(this.#mark, mark);
      for (const [words, count] of sealed) this.#add(start, words, count);
    }
  }

  #add(start: number, words: string, count: number): void {
    let counts = this.#periods.get(start);
    if (counts === undefined) this.#periods.set(start, (counts = new Map()));
    const before = counts.get(words);
    counts.set(words, (before ?? 0) + count);
    if (before === undefined) this.#size += 1;
  }

  /** Takes the oldest periods out until the rest is few enough; the newest stays. @returns their starts */
  #shed(): readonly number[] {
    const gone: number[] = [];
    const starts = [...this.#periods.keys()].sort((a, b) => a - b);
    for (const start of starts.slice(0, -1)) {
      if (this.#size <= this.#most) break;
      this.#size -= this.#periods.get(start)?.size ?? 0;
      this.#periods.delete(start);
      this.#changed.delete(start);
      gone.push(start);
    }
    return gone;
  }
}
