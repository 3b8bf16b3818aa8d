import type { Catalogue, SqliteCatalogue } from '#base/storage/index.ts';
import { mainRegion } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { Identity } from '#trust/identity/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import { packageVersion } from '../control/package-files.ts';
import { dataRegions } from '../control/regions.ts';
import type { SegmentHost } from '../control/segment-host.ts';
import type { TransferBook } from '../control/transfer-book.ts';
import { storedObjects } from '../datasets/dataset.ts';
import type { DatasetBook } from '../datasets/dataset-book.ts';
import { BackupKeeper } from './backup-keeper.ts';
import type { BackupParts } from './backup-keeper.ts';
import { envelopesOf } from './envelope-keys.ts';
import type { StoredObject } from './write-snapshot.ts';

export interface OpenBackupsParts extends Pick<
  BackupParts,
  'layout' | 'custody' | 'objects' | 'flush' | 'audit' | 'auditLog' | 'sign' | 'clock' | 'random' | 'log' | 'onDone'
> {
  readonly catalogue: SqliteCatalogue;
  readonly keys: KeyRing;
  readonly identity: Pick<Identity, 'deployment'>;
  readonly segments: Pick<SegmentHost, 'active' | 'activeIn' | 'pin'>;
  readonly datasetBook: Pick<DatasetBook, 'active' | 'activeIn'>;
  readonly transfers: Pick<TransferBook, 'inForce'>;
  readonly template: () => Template;
  /** Keys of what `sign` signed. */
  readonly verifierKeys: () => Promise<readonly string[]>;
}

/** Backups of all that answers are made from: segments that queries see, and datasets. */
export async function openBackups(parts: OpenBackupsParts): Promise<BackupKeeper> {
  const { catalogue, keys, identity, segments, datasetBook, transfers, template, verifierKeys } = parts;
  const storedIn = async (copy: Catalogue): Promise<readonly StoredObject[]> => [
    ...(await segments.activeIn(copy)),
    ...(await datasetBook.activeIn(copy)).flatMap(storedObjects),
  ];
  return BackupKeeper.open({
    ...parts,
    tables: catalogue,
    sealer: await keys.rowSealer('catalogue'),
    stored: async () => [...(await segments.active()), ...(await datasetBook.active()).flatMap(storedObjects)],
    storedIn,
    pin: () => segments.pin(),
    open: async () => envelopesOf(await verifierKeys()),
    deployment: identity.deployment,
    program: packageVersion,
    regions: async () => dataRegions(template(), await segments.active()),
    transfers: () => transfers.inForce(),
    stands: () => mainRegion(template()),
    template: () => {
      const { name, digest } = template();
      return { name, digest };
    },
  });
}
