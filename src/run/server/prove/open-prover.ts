import type { PlacedObjects } from '#flow/store/index.ts';
import type { AuditLog } from '#trust/audit/index.ts';
import type { ConsentReceipts, Consents } from '#trust/consent/index.ts';
import type { BackupKeeper } from '../backup/backup-keeper.ts';
import { placesIn, tryRegions } from '../control/regions.ts';
import type { SegmentHost } from '../control/segment-host.ts';
import type { TransferBook } from '../control/transfer-book.ts';
import type { GatewayHost } from '../gateway/host.ts';
import type { ArchivePlaces } from '../places/archive-places.ts';
import type { QueryService } from '../query/query-service.ts';
import { lookAtArchives } from './look-at-archives.ts';
import { Prover } from './prover.ts';
import type { ProverParts } from './prover.ts';
import { tryConsent } from './try-consent.ts';
import { tryPrivacy } from './try-privacy.ts';
import type { TryPrivacyParts } from './try-privacy.ts';

type Tried = 'backupTrial' | 'archiveTrial' | 'regionTrial' | 'consentTrial' | 'privacyTrial';
type Reached = 'ownConnection' | 'relationsOf';

export interface OpenProverParts extends Omit<ProverParts, Tried | Reached | 'segments' | 'audit'> {
  readonly auditLog: AuditLog;
  readonly segments: SegmentHost;
  readonly objects: PlacedObjects;
  readonly places: Pick<ArchivePlaces, 'find' | 'problems'>;
  readonly backups: Pick<BackupKeeper, 'trial' | 'places'>;
  readonly transfers: Pick<TransferBook, 'inForce'>;
  readonly consents: Consents;
  readonly consentReceipts: ConsentReceipts;
  readonly decisions: TryPrivacyParts['decisions'];
  readonly queries: Pick<QueryService, 'run' | 'relationsOf'>;
  readonly privacy: TryPrivacyParts['privacy'];
  /** It starts after the prover, which it asks nothing of. */
  readonly gateway: () => Pick<GatewayHost, 'agreed' | 'own'>;
}

/** The prover with its trials of what lies in other rooms: copies and places, regions, consents, private views. */
export function openProver(parts: OpenProverParts): Prover {
  const { auditLog, auditReader, identity, segments, objects, places, backups, transfers } = parts;
  const { consents, consentReceipts, decisions, queries, privacy, gateway, templates, clock } = parts;
  const template = (): ProverParts['templates']['current'] => templates.current;
  return new Prover({
    ...parts,
    audit: auditLog,
    ownConnection: (ends) => gateway().own(ends),
    relationsOf: (of) => queries.relationsOf(of),
    backupTrial: () => backups.trial(),
    archiveTrial: () =>
      lookAtArchives({
        active: () => segments.active(),
        stored: () => segments.stored(),
        waiting: () => objects.waiting(),
        open: (place) => places.find(place),
        isOurs: (name) => places.problems.every(({ place }) => place !== name),
      }),
    regionTrial: async () =>
      tryRegions({
        template: template(),
        decisions,
        watch: {
          alerts: parts.alerts,
          rules: parts.alertRules,
          typeOf: (device) => identity.inventory.find(device)?.type ?? null,
        },
        objects,
        places: placesIn(await segments.stored()).map((place) => ({ place, open: () => places.find(place) })),
        segments: await segments.stored(),
        transfers: transfers.inForce(),
        backups: await backups.places(),
      }),
    consentTrial: (actor) =>
      tryConsent({
        template,
        consents,
        receipts: consentReceipts,
        agreed: (stream, subject) => gateway().agreed(stream, subject),
        entries: async () => {
          await auditLog.flush();
          return { read: (from, limit) => auditReader.entries(from, limit), size: auditLog.checkpoint.size };
        },
        clock,
        actor,
      }),
    privacyTrial: (actor) => tryPrivacy({ template, decisions, queries, privacy, actor }),
  });
}
