import { makeId } from '#base/core/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import { KeysError } from './errors.ts';
import type { KeyContext } from './key-context.ts';
import { DATA_KEY_STOCK } from './key-tables.ts';

/** Blocks of one batch: they share all digits but the last three. */
const BATCH = 4_096;
const DIGITS = 3;
/** A new batch is made when this many are left: an hour for six streams of two domains that seal every half minute. */
const LOW = 2_048;

interface Batch {
  readonly batch: string;
  readonly created: number;
  readonly next: number;
}

/**
 * Ids of blocks of data keys whose making is in the log already, so that sealing goes on for a while when the log cannot
 * be written. The keys themselves are made when an id is taken: none lies about unused. What a restart finds is used on.
 */
export class DataKeyStock {
  readonly #context: KeyContext;
  readonly #table: SealedTable<typeof DATA_KEY_STOCK.key, typeof DATA_KEY_STOCK.clear>;
  #batches: Batch[];
  #spent = false;
  /** One taker or filler at a time. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    context: KeyContext,
    table: SealedTable<typeof DATA_KEY_STOCK.key, typeof DATA_KEY_STOCK.clear>,
    batches: readonly Batch[],
  ) {
    this.#context = context;
    this.#table = table;
    this.#batches = [...batches];
  }

  static async open(context: KeyContext): Promise<DataKeyStock> {
    const table = new SealedTable(DATA_KEY_STOCK, context.sealer);
    return new DataKeyStock(context, table, await table.list(context.catalogue));
  }

  /** Blocks that can still be made without the log. */
  get left(): number {
    return this.#batches.reduce((sum, { next }) => sum + BATCH - next, 0);
  }

  /** True since more was asked for than there was, until it is filled again. */
  get spent(): boolean {
    return this.#spent;
  }

  /** Adds a batch where little is left, logged first. Rejects as the log does. */
  fill(actor: string): Promise<void> {
    return this.#alone(async () => {
      if (this.left >= LOW && !this.#spent) return;
      const { catalogue, clock, log, random } = this.#context;
      const batch = makeId(clock, random).slice(0, -DIGITS);
      await log.created(
        actor,
        'keys:stock',
        Array.from({ length: BATCH }, (_, at) => idOf(batch, at)),
      );
      const row = { batch, created: clock.now(), next: 0 };
      await this.#table.insert(catalogue, row, null);
      this.#batches.push(row);
      this.#spent = false;
    });
  }

  /**
   * Takes ids out.
   *
   * @param note puts into the log, or on what it is owed, that they are taken; they are only if that succeeds
   * @param cause why the log cannot be written
   * @throws {KeysError} KEYS_STOCK_SPENT where there are too few
   */
  take(count: number, note: (ids: readonly string[]) => Promise<void>, cause: unknown): Promise<readonly string[]> {
    return this.#alone(async () => {
      if (this.left < count) {
        this.#spent = true;
        throw new KeysError(
          'KEYS_STOCK_SPENT',
          'Cannot make keys: the log cannot be written, and the stock is used up',
          {
            cause,
            hint: 'Make room for the log or make it writable; sealing goes on by itself',
          },
        );
      }
      const ids: string[] = [];
      const after = this.#batches.map((batch) => {
        const from = batch.next;
        const next = Math.min(BATCH, from + count - ids.length);
        for (let at = from; at < next; at += 1) ids.push(idOf(batch.batch, at));
        return { ...batch, next };
      });
      // Noted first: a crash in between leaves ids that are noted and taken again, and none that is gone unseen.
      await note(ids);
      await this.#context.catalogue.transaction(async (tx) => {
        for (const [at, row] of after.entries()) {
          if (row.next === BATCH) await this.#table.delete(tx, row);
          else if (row.next !== this.#batches[at]?.next) await this.#table.update(tx, row, ['next'], null);
        }
      });
      this.#batches = after.filter(({ next }) => next < BATCH);
      return ids;
    });
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

function idOf(batch: string, at: number): string {
  return batch + at.toString(16).padStart(DIGITS, '0');
}
