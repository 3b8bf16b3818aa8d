import { FileJournalReader } from '#flow/journal/index.ts';
import type { DataDirectory } from '../data-directory.ts';
import type { DatasetBook } from '../datasets/dataset-book.ts';
import type { GatewayHost } from '../gateway/host.ts';
import type { QueryService } from '../query/query-service.ts';
import type { StoreHost } from '../store/host.ts';
import type { ShownDomains } from '../tokens/shown-domains.ts';
import { lookElsewhere } from './look-elsewhere.ts';
import { QuarantineRetention } from './quarantine-retention.ts';
import { RetentionKeeper } from './retention-keeper.ts';
import type { RetentionParts } from './retention-keeper.ts';

/** Of what starts later there is a way to ask for it. */
export interface OpenRetentionParts extends Omit<
  RetentionParts,
  'holdsChanged' | 'count' | 'requireCondition' | 'storedCondition' | 'elsewhere'
> {
  readonly layout: DataDirectory;
  readonly datasetBook: DatasetBook;
  readonly shown: Pick<ShownDomains, 'storedCondition'>;
  readonly store: () => Pick<StoreHost, 'useHolds' | 'releaseFiles'>;
  readonly gateway: () => Pick<GatewayHost, 'turnFiles'>;
  readonly queries: () => Pick<QueryService, 'own' | 'heldAfterDrop'>;
}

/** What keeps readings no longer than it may: those that were taken, and what was refused at their time. */
export async function openRetention(
  parts: OpenRetentionParts,
): Promise<{ retention: RetentionKeeper; refusedKeep: QuarantineRetention }> {
  const { layout, keys, clock, template, datasetBook, shown, store, gateway, queries } = parts;
  const refusedKeep = new QuarantineRetention({
    directory: layout.quarantine,
    keys,
    template,
    holds: () => retention.holds,
    now: () => clock.now(),
    turnFiles: () => gateway().turnFiles(),
  });
  const retention: RetentionKeeper = await RetentionKeeper.open({
    ...parts,
    holdsChanged: (holds) => store().useHolds(holds),
    count: (segment, condition) => queries().own.countWhere(segment, condition),
    requireCondition: (stream, condition) => queries().own.requireCondition(stream, condition),
    storedCondition: (stream, condition) => shown.storedCondition(stream, condition),
    elsewhere: async (gone) => {
      // What was taken before is in files that are not written any more, and go once they are passed.
      await gateway().turnFiles();
      await store().releaseFiles();
      // Only looked at, never read: its keys are not needed.
      const journal = new FileJournalReader({ directory: layout.journal, keys: { key: async () => null } });
      return lookElsewhere(gone, {
        journalFiles: () => journal.files(),
        datasets: datasetBook,
        quarantine: refusedKeep,
        heldInQueries: (ids) => queries().heldAfterDrop(ids),
      });
    },
  });
  return { retention, refusedKeep };
}
