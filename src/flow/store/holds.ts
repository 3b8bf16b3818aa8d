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
  sealed: (value: Json) => value as { readonly reason: string; readonly owner: string },
  indexes: [['released']],
} as const;

export const HOLD_TABLES: readonly string[] = sealedTableSql(HOLDS);

/** Legal holds. Each method is to be called within a transaction. */
export class Holds {
  readonly #holds: SealedTable<typeof HOLDS.key, typeof HOLDS.clear, ReturnType<typeof HOLDS.sealed>>;

  constructor(sealer: RowSealer) {
    this.#holds = new SealedTable(HOLDS, sealer);
  }

  async add(tx: CatalogueTransaction, hold: Omit<Hold, 'released'>): Promise<void> {
    const { id, stream, from, to, reason, owner, created } = hold;
    await this.#holds.insert(tx, { id, stream, created, released: null, first: from, last: to }, { reason, owner });
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

/** Whether a hold that stands covers a segment: one reading is enough to keep all of it. */
export function isHeldBy(segment: Pick<Segment, 'stream' | 'minTime' | 'maxTime'>, holds: readonly Hold[]): boolean {
  return holds.some(
    ({ stream, from, to, released }) =>
      released === null &&
      stream === segment.stream &&
      segment.maxTime >= (from ?? -Infinity) &&
      segment.minTime <= (to ?? Infinity),
  );
}
