import type { Clock, Log, Random } from '#base/core/index.ts';
import type { Catalogue, RowSealer } from '#base/storage/index.ts';
import type { Template } from '#declare/template/index.ts';
import { PrivacyLedger } from '#flow/query/index.ts';
import type { AuditLog } from '#trust/audit/index.ts';
import { Consents } from '#trust/consent/index.ts';
import type { Identity } from '#trust/identity/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import { ErasureReplay } from '../backup/replay-erasures.ts';
import { DatasetBook } from '../datasets/dataset-book.ts';
import { DatasetReplay } from '../datasets/dataset-replay.ts';
import type { ShownDomains } from '../tokens/shown-domains.ts';
import type { SegmentHost } from './segment-host.ts';
import { TransferBook } from './transfer-book.ts';

export interface OpenContinuedParts {
  readonly catalogue: Catalogue;
  /** Of what is kept about people. */
  readonly sealer: RowSealer;
  readonly keys: KeyRing;
  readonly audit: AuditLog;
  readonly identity: Pick<Identity, 'continuity'>;
  readonly segments: SegmentHost;
  readonly shown: Pick<ShownDomains, 'shown' | 'stored'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly template: () => Template;
}

/** Books whose changes stand in the log too: what an older copy of the catalogue forgot of them is replayed from there. */
export interface Continued {
  readonly consents: Consents;
  readonly erasures: ErasureReplay;
  readonly datasetBook: DatasetBook;
  readonly ledger: PrivacyLedger;
  readonly transfers: TransferBook;
}

/** Opens them, and has identity replay the log to each before anybody is let in. */
export async function openContinued(parts: OpenContinuedParts): Promise<Continued> {
  const { catalogue, sealer, keys, audit, identity, segments, shown, clock, random, log, template } = parts;
  const consents = await Consents.open({
    catalogue,
    keys,
    audit,
    clock,
    random,
    template,
    tokens: {
      shown: (domain, stored) => shown.shown(domain, stored) as string,
      stored: (domain, token) => shown.stored(domain, token) as string,
    },
  });
  const erasures = new ErasureReplay({ segments, lifecycle: keys.lifecycle, log });
  const datasetBook = await DatasetBook.open(catalogue, sealer);
  const ledger = await PrivacyLedger.open(catalogue, sealer, audit);
  const transfers = await TransferBook.open({ catalogue, sealer, audit, clock, random });
  const datasets = new DatasetReplay({ book: datasetBook, catalogue, keys, clock, log });
  for (const each of [consents, erasures, datasets, ledger, transfers]) identity.continuity.hold(each);
  return { consents, erasures, datasetBook, ledger, transfers };
}
