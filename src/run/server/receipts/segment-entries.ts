import type { Json } from '#base/core/index.ts';
import { SealedTable, sealedTableSql } from '#base/storage/index.ts';
import type { Catalogue, CatalogueSchema, RowSealer } from '#base/storage/index.ts';
import type { PlacedEntry } from '#trust/audit/index.ts';

const PLACES = {
  name: 'receipts_segment',
  key: { segment: 'text' },
  clear: { place: 'integer', digest: 'text' },
  sealed: (value: Json) => value,
} as const;

/** How far the log was read. */
const READ = { name: 'receipts_read', key: { name: 'text' }, clear: { next: 'integer' } } as const;

const SCHEMA: CatalogueSchema = {
  room: 'receipts',
  migrations: [[...sealedTableSql(PLACES), ...sealedTableSql(READ)]],
};

export interface SegmentEntriesParts {
  readonly catalogue: Catalogue;
  readonly sealer: RowSealer;
  /** The entries of the log from an index on, up to the newest. */
  readonly entries: (from: number) => AsyncIterable<PlacedEntry>;
}

const PREFIX = 'segment:';
/** Entries about segments that a write takes at once. */
const AT_ONCE = 1_024;

/**
 * Where in the log stands what each segment's digest is. Read from the log itself when it is asked for, from where it
 * was read to before: what makes a segment may owe its entry to the log, and cannot say where it will be.
 */
export class SegmentEntries {
  readonly #parts: SegmentEntriesParts;
  readonly #places: SealedTable<typeof PLACES.key, typeof PLACES.clear, Json>;
  readonly #read: SealedTable<typeof READ.key, typeof READ.clear>;
  #turn: Promise<void> = Promise.resolve();

  private constructor(parts: SegmentEntriesParts) {
    this.#parts = parts;
    this.#places = new SealedTable(PLACES, parts.sealer);
    this.#read = new SealedTable(READ, parts.sealer);
  }

  static async open(parts: SegmentEntriesParts): Promise<SegmentEntries> {
    await parts.catalogue.migrate(SCHEMA);
    return new SegmentEntries(parts);
  }

  /** Index of the entry with this segment's digest, in the order asked; null where the log has none. */
  async find(
    segments: readonly { readonly id: string; readonly digest: string }[],
  ): Promise<readonly (number | null)[]> {
    await this.#catchUp();
    return Promise.all(
      segments.map(async ({ id, digest }) => {
        const row = await this.#places.get(this.#parts.catalogue, { segment: id });
        return row?.digest === digest ? row.place : null;
      }),
    );
  }

  #catchUp(): Promise<void> {
    const step = (): Promise<void> => this.#readOn();
    this.#turn = this.#turn.then(step, step);
    return this.#turn;
  }

  async #readOn(): Promise<void> {
    const { catalogue, entries } = this.#parts;
    const from = (await this.#read.get(catalogue, { name: 'next' }))?.next ?? 0;
    let next = from;
    let found: { segment: string; place: number; digest: string }[] = [];
    for await (const { index, event } of entries(from)) {
      next = index + 1;
      const { resource, outcome, digest } = event;
      if (resource.startsWith(PREFIX) && outcome === 'done' && digest !== undefined) {
        found.push({ segment: resource.slice(PREFIX.length), place: index, digest });
      }
      if (found.length < AT_ONCE) continue;
      await this.#keep(found, next);
      found = [];
    }
    if (next > from) await this.#keep(found, next);
  }

  async #keep(
    found: readonly { readonly segment: string; readonly place: number; readonly digest: string }[],
    next: number,
  ): Promise<void> {
    await this.#parts.catalogue.transaction(async (tx) => {
      for (const row of found) {
        // The first one made it; later ones tell that it goes.
        if ((await this.#places.get(tx, { segment: row.segment })) === null) await this.#places.insert(tx, row, null);
      }
      await this.#read.put(tx, { name: 'next', next }, null);
    });
  }
}
