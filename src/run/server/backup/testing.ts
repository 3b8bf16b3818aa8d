import { join } from 'node:path';
import { systemClock as clock } from '#base/core/index.ts';
import {
  sha256Hex,
  signEnvelope,
  SIGNING_SEED_LENGTH,
  SigningKey,
  systemRandom as random,
} from '#base/crypto/index.ts';
import { openDirectoryObjects } from '#base/storage/index.ts';
import type { Objects } from '#base/storage/index.ts';
import type { Segment } from '#flow/store/index.ts';
import { createFileCustody } from '#trust/keys/index.ts';
import type { FileCustody } from '#trust/keys/index.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { NOTHING_DECLARED } from '../control/nothing-declared.ts';
import { keptSecret } from '../control/open-log.ts';
import { openTrust } from '../control/open-trust.ts';
import type { Trust } from '../control/open-trust.ts';
import { SegmentHost } from '../control/segment-host.ts';
import { makeSegment } from '../control/testing.ts';
import { layoutOf, makeDirectories } from '../data-directory.ts';
import type { DataDirectory } from '../data-directory.ts';
import { EVIDENCE_ALGORITHMS, evidenceKeyName, evidenceSecret } from '../prove/prover.ts';
import { BackupKeeper } from './backup-keeper.ts';
import type { BackupParts, BackupRequest, BackupRun } from './backup-keeper.ts';
import { custodyEnvelopes } from './custody-envelopes.ts';
import { restoreBackup } from './restore-backup.ts';
import type { Restored, RestoreOptions } from './restore-backup.ts';

/** For tests only: what a platform is to its backups, without the processes around it. */
export interface BackupWorld {
  readonly folder: string;
  /** Where it is backed up to. */
  readonly place: string;
  readonly layout: DataDirectory;
  readonly custody: FileCustody;
  readonly trust: Trust;
  readonly segments: SegmentHost;
  readonly objects: Objects;
  readonly parts: BackupParts;
  readonly keeper: BackupKeeper;
  /** Publishes a segment whose object holds these bytes. */
  readonly add: (id: string, bytes?: Uint8Array) => Promise<Segment>;
  /** Makes a backup and waits for its end. */
  readonly backUp: (request?: Partial<BackupRequest>) => Promise<BackupRun>;
  /** Lets go of the directory, as a platform that stops. */
  readonly stop: () => Promise<void>;
}

/** Opens one. Its root key is in the clear unless there is a passphrase. */
export async function openBackupWorld(
  t: Cleanable,
  { passphrase, more = {} }: { readonly passphrase?: string; readonly more?: Partial<BackupParts> } = {},
): Promise<BackupWorld> {
  const folder = await temporaryFolder(t);
  const layout = layoutOf(join(folder, 'data'));
  await makeDirectories(layout);
  const guard = passphrase === undefined ? ({ demo: true } as const) : { passphrase };
  const custody = await createFileCustody(layout.keys, guard, { clock, random });
  const trust = await openTrust({ layout, custody, declared: NOTHING_DECLARED, clock, random, log: silentLog });
  let isOpen = true;
  const stop = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await trust[Symbol.asyncDispose]();
  };
  t.after(stop);
  const { keys, catalogue, audit, identity } = trust;
  const signers: SigningKey[] = [];
  for (const algorithm of EVIDENCE_ALGORITHMS) {
    const seed = await keptSecret(custody, evidenceSecret(algorithm), SIGNING_SEED_LENGTH, random);
    signers.push(SigningKey.fromSeed(algorithm, seed));
  }
  const objects = await openDirectoryObjects(layout.objects);
  const segments = await SegmentHost.open(catalogue, keys, clock);
  const parts: BackupParts = {
    layout,
    catalogue,
    tables: catalogue,
    sealer: await keys.rowSealer('catalogue'),
    keys,
    custody,
    objects,
    stored: () => segments.active(),
    storedIn: (copy) => segments.activeIn(copy),
    pin: () => segments.pin(),
    flush: async () => undefined,
    audit,
    auditLog: audit,
    sign: (type, statement) => signEnvelope(type, statement, evidenceKeyName(identity.deployment), signers),
    open: () => custodyEnvelopes(custody, identity.deployment),
    clock,
    random,
    log: silentLog,
    deployment: identity.deployment,
    regions: async () => [],
    transfers: () => [],
    stands: () => null,
    program: 'test',
    template: () => ({ name: 'test', digest: '0'.repeat(64) }),
    ...more,
  };
  const keeper = await BackupKeeper.open(parts);
  const place = join(folder, 'copies');
  let offset = 0;
  return {
    folder,
    place,
    layout,
    custody,
    trust,
    segments,
    objects,
    parts,
    keeper,
    add: async (id, bytes = random.bytes(5_000)) => {
      const spans = [{ file: 'f', after: offset, to: (offset += 9) }];
      const made = await makeSegment(keys, { id, spans });
      const segment = { ...made, size: bytes.length, digest: sha256Hex(bytes) };
      await objects.put(segment.objectKey, bytes);
      await segments.publish({ segment, cursor: [] });
      return segment;
    },
    backUp: async (request = {}) => {
      const run = await keeper.create('person:a', {
        place: { location: place },
        check: false,
        takeOver: false,
        ...request,
      });
      return keeper.end(run.id);
    },
    stop,
  };
}

/** For tests only: restores a backup whose root key is in the clear into a folder. */
export function restoreTo(data: string, place: string, options: Partial<RestoreOptions> = {}): Promise<Restored> {
  const none = (): Promise<string> => Promise.reject(new Error('a demo key needs none'));
  return restoreBackup({
    place: { location: place },
    data,
    secrets: { passphrase: none, pin: none, token: none },
    log: silentLog,
    onProgress: () => undefined,
    ...options,
  });
}
