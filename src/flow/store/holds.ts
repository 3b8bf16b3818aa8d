import type { Json, Micros } from '#base/core/index.ts';
import { SealedTable, sealedTableSql } from '#base/storage/index.ts';
import type { CatalogueTransaction, RowSealer } from '#base/storage/index.ts';
import type { Segment } from './segment.ts';

/** Readings that are not to go, however long they are kept, until somebody releases them. */
export interface Hold {
  readonly id: string;
  readonly stream: string;
  /** Times of the readings, inclusive, in epoch microseconds; null for an open end. */
  readonly from: number | null;
  readonly to: number | null;
  /** A condition in SQL over the stream's columns: readings that meet it are meant; absent where all are. */
  readonly where?: string;
  /** Segments that were looked at and have no such reading; a segment is never changed. Worked out, never stored. */
  readonly cleared?: ReadonlySet<string>;
  /** Why, and who answers for it. */
  readonly reason: string;
  readonly owner: string;
  readonly created: number;
  readonly released: number | null;
}

const HOLDS = {
  name: 'store_hold',
  key: { id: 'text' },
  clear: { stream: 'text', created: 'integer', released: 'integer?', first: 'integer?', last: 'integer?' },
  sealed: (value: Json) => value as { readonly reason: string; readonly owner: string; readonly where?: string },
  indexes: [['released']],
} as const;

export const HOLD_TABLES: readonly string[] = sealedTableSql(HOLDS);

/** Legal holds. Each method is to be called within a transaction. */
export class Holds {
  readonly #holds: SealedTable<typeof HOLDS.key, typeof HOLDS.clear, ReturnType<typeof HOLDS.sealed>>;

  constructor(sealer: RowSealer) {
    this.#holds = new SealedTable(HOLDS, sealer);
  }

  async add(tx: CatalogueTransaction, hold: Omit<Hold, 'released' | 'cleared'>): Promise<void> {
    const { id, stream, from, to, where, reason, owner, created } = hold;
    const sealed = { reason, owner, ...(where === undefined ? {} : { where }) };
    await this.#holds.insert(tx, { id, stream, created, released: null, first: from, last: to }, sealed);
  }

  /** @returns whether it stood */
  async release(tx: CatalogueTransaction, id: string, now: Micros): Promise<boolean> {
    const row = await this.#holds.get(tx, { id });
    if (row === null || row.released !== null) return false;
    const { sealed, ...clear } = row;
    await this.#holds.put(tx, { ...clear, released: now }, sealed);
    return true;
  }

  /** All, those that were released included, oldest first. */
  async list(tx: CatalogueTransaction): Promise<readonly Hold[]> {
    const rows = await this.#holds.list(tx, { order: ['created', 'id'] });
    return rows.map(({ id, stream, created, released, first, last, sealed }) => ({
      id,
      stream,
      from: first,
      to: last,
      ...sealed,
      created,
      released,
    }));
  }
}

/**
 * Whether a hold that stands covers a segment: one reading is enough to keep all of it. One with a condition covers what
 * was not looked at, since it may have such a reading.
 */
export function isHeldBy(
  segment: Pick<Segment, 'stream' | 'minTime' | 'maxTime'> & { readonly id?: string },
  holds: readonly Hold[],
): boolean {
  return holds.some((hold) => mayCover(segment, hold) && !(segment.id !== undefined && hold.cleared?.has(segment.id)));
}

/** Whether stream and time of a hold that stands are those of a segment. */
export function mayCover(
  segment: Pick<Segment, 'stream' | 'minTime' | 'maxTime'>,
  { stream, from, to, released }: Hold,
): boolean {
  return (
    released === null &&
    stream === segment.stream &&
    segment.maxTime >= (from ?? -Infinity) &&
    segment.minTime <= (to ?? Infinity)
  );
}
