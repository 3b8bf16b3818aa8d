import type { Clock, Log, Micros } from '#base/core/index.ts';
import type { Catalogue } from '#base/storage/index.ts';
import type { GapHolder, LogReplay } from '#trust/identity/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import { referenceOf } from './dataset.ts';
import type { DatasetBook } from './dataset-book.ts';
import { handlesOfDataset } from './dataset-rows.ts';

export interface DatasetReplayParts {
  readonly book: Pick<DatasetBook, 'active' | 'end'>;
  readonly catalogue: Catalogue;
  readonly keys: Pick<KeyRing, 'removeDataKeys'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Entries by which a dataset goes, and why it did. */
const ENDED: ReadonlyMap<string, 'deleted' | 'expired'> = new Map([
  ['delete-dataset', 'deleted'],
  ['expire-dataset', 'expired'],
]);

/**
 * Datasets through restores: one that the log says went goes again from whatever catalogue there is, before anybody is let
 * in. Its objects go as the datasets are opened, with all that no dataset has.
 */
export class DatasetReplay implements GapHolder {
  readonly #parts: DatasetReplayParts;

  constructor(parts: DatasetReplayParts) {
    this.#parts = parts;
  }

  replay(): LogReplay {
    const ended = new Map<string, { readonly why: 'deleted' | 'expired'; readonly time: Micros }>();
    return {
      take: ({ event, time }) => {
        const why = event.outcome === 'done' ? ENDED.get(event.action) : undefined;
        if (why !== undefined) ended.set(event.resource, { why, time });
      },
      apply: async () => {
        const { book, catalogue, keys, clock, log } = this.#parts;
        if (ended.size === 0) return;
        for (const dataset of await book.active()) {
          const reference = referenceOf(dataset);
          const end = ended.get(`dataset:${reference}`);
          // A version that was made later only has the same name: the older catalogue did not know that it was taken.
          if (end === undefined || end.time < dataset.created) continue;
          await catalogue.transaction(async (tx) => {
            await keys.removeDataKeys(tx, handlesOfDataset(dataset));
            await book.end(tx, dataset, end.why, clock.now());
          });
          log.warn({ dataset: reference }, 'a dataset that the log says went was there again: it is gone');
        }
      },
    };
  }

  /** A dataset whose end a gap hides cannot be told from one that is kept. */
  async suspend(): Promise<number> {
    return 0;
  }
}
