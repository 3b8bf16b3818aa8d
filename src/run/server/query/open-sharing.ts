import type { Clock, Log, Random } from '#base/core/index.ts';
import type { Catalogue, Objects, RowSealer } from '#base/storage/index.ts';
import type { DecisionPoint } from '#declare/policy/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { PrivacyLedger } from '#flow/query/index.ts';
import type { AuditLog } from '#trust/audit/index.ts';
import type { Consents } from '#trust/consent/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import { PrivacyBudgets } from '../control/privacy-budgets.ts';
import { ReleaseDesk } from '../control/release-desk.ts';
import type { RetentionKeeper } from '../control/retention-keeper.ts';
import type { SegmentHost } from '../control/segment-host.ts';
import type { DatasetBook } from '../datasets/dataset-book.ts';
import { DatasetKeeper } from '../datasets/dataset-keeper.ts';
import { isGoing, KeyReleases, NO_SIGHT } from '../key-service/key-releases.ts';
import { retentionOf } from '../store/template-retention.ts';
import { seenTokens } from '../tokens/seen-tokens.ts';
import type { ShownDomains } from '../tokens/shown-domains.ts';
import { TokenDesk } from '../tokens/token-desk.ts';
import type { TokenVault } from '../tokens/token-vault.ts';
import type { QueryService } from './query-service.ts';

export interface OpenSharingParts {
  readonly catalogue: Catalogue;
  readonly sealer: RowSealer;
  readonly datasetBook: DatasetBook;
  readonly objects: Objects;
  readonly keys: KeyRing;
  readonly queries: QueryService;
  readonly segments: SegmentHost;
  readonly consents: Consents;
  readonly vault: TokenVault;
  readonly shown: ShownDomains;
  readonly ledger: PrivacyLedger;
  readonly decisions: DecisionPoint;
  readonly retention: Pick<RetentionKeeper, 'holds'>;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly template: () => Template;
}

/** The ways in which readings leave besides answers: each asks as the caller, and leaves what the caller may not see. */
export interface Sharing {
  readonly datasets: DatasetKeeper;
  readonly privacy: PrivacyBudgets;
  readonly releases: ReleaseDesk;
  readonly tokenDesk: TokenDesk;
  readonly keyReleases: KeyReleases;
}

/** Opens all of them; datasets that were under way are finished or undone. */
export async function openSharing(parts: OpenSharingParts): Promise<Sharing> {
  const { catalogue, sealer, objects, keys, queries, segments, consents, vault, ledger, decisions, shown } = parts;
  const { retention, audit, clock, random, log, template } = parts;
  const datasets = new DatasetKeeper({
    book: parts.datasetBook,
    catalogue,
    objects,
    keys,
    queries,
    audit,
    clock,
    random,
    log,
    template,
    consents,
    shown,
  });
  await datasets.start();
  const privacy = new PrivacyBudgets({ ledger, decisions, clock, template });
  const releases = await ReleaseDesk.open({
    catalogue,
    sealer,
    audit,
    clock,
    random,
    decisions,
    template,
    queries,
  });
  const tokenDesk = new TokenDesk({
    template,
    decisions,
    keys,
    vault,
    shown,
    audit,
    clock,
    seen: (caller, place, asked, signal) => seenTokens(queries, caller, place, asked, signal),
  });
  const keyReleases = await KeyReleases.open({
    catalogue,
    sealer,
    segments,
    keys,
    audit,
    clock,
    sight: async (caller, stream, purpose) => (await queries.exportOf(caller, stream, purpose)) ?? NO_SIGHT,
    isAsStored: (domain) => shown.isAsStored(domain),
    isGoing: (segment) => isGoing(segment, retentionOf(template(), retention.holds, clock.now())),
  });
  return { datasets, privacy, releases, tokenDesk, keyReleases };
}
