import type { Template } from '#declare/template/index.ts';
import type { MovedRoot, MoveOptions } from './control/move-custody.ts';
import type { Restored, RestoreOptions } from './backup/restore-backup.ts';
import type { BackupPlace } from './backup/open-place.ts';
import type { BackupReport } from './backup/verify-backup.ts';
import type { Ports } from './gateway/contract.ts';
import type { Platform, PlatformOptions } from './platform.ts';

export type { Platform, PlatformOptions } from './platform.ts';
export type { PlatformAddress, PlatformStatus } from './platform-status.ts';
export type { BackupPlace, S3Access } from './backup/open-place.ts';
export { parseS3Credentials } from './backup/s3-credentials.ts';
export type { BackupRun, ShownTarget } from './backup/backup-keeper.ts';
export type { BackupReport } from './backup/verify-backup.ts';
export type { Restored, RestoreOptions } from './backup/restore-backup.ts';
export { layoutOf, lockDirectory } from './data-directory.ts';
export type { CryptoInventory } from './crypto/crypto-inventory.ts';
export type { DataDirectory } from './data-directory.ts';
export { ServerError } from './errors.ts';
export type { ServerErrorCode } from './errors.ts';
export { makeLog } from './log.ts';
export { endingWithParent, forkEndingWithParent } from './process/ends-with-parent.ts';
export { whenParentGone } from './process/parent-gone.ts';
export { keepProcess } from './process/keep-to-processors.ts';
export { allowedProcessors } from './process/processor-shares.ts';
export type { ProcessorShares } from './process/processor-shares.ts';
export { CODE_CACHE, PACKAGE_ROOT } from './control/package-files.ts';
export type { SubjectBackup } from './rights/subject-backups.ts';
export type { TemplateSource } from './control/template-versions.ts';
export type { ShownApplied as AppliedTemplate } from './api/routes/template.ts';
export type { AlertForm, IncidentForm, IncidentWithEventsForm, RuleForm } from './api/alert-form.ts';
export type { WebhookForm } from './api/routes/webhooks.ts';
export type { ShownProposal } from './api/routes/proposals.ts';
export type { TemplatePlan } from './control/template-service.ts';
export type { StreamDescription } from './api/describe-streams.ts';
export { csvRecords } from './tables/csv-records.ts';
export type { SourceRecord } from './tables/csv-records.ts';

/**
 * Starts a platform on a data directory; see `PlatformOptions`.
 *
 * Loads the platform on first use: short commands go through this door too and need none of it.
 * @throws {ServerError} SERVER_DIRECTORY_IN_USE, SERVER_TEMPLATE_INVALID, SERVER_DEMO_EXPOSED, SERVER_QUERY_UNCONFINED
 */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const platform = await import('./platform.ts');
  return platform.startPlatform(options);
}

/**
 * Tries the ports that a template declares, or those that are to be instead, before anything is made that is made once.
 *
 * @throws {ServerError} SERVER_PORT_IN_USE
 */
export async function requireDeclaredPorts(template: Template, instead: Partial<Ports> = {}): Promise<void> {
  const { portsOf, requireFreePorts } = await import('./gateway/require-free-ports.ts');
  await requireFreePorts(template.listen.address, { ...portsOf(template), ...instead });
}

/** Moves the root key of a platform that does not run; see `MoveOptions`. Loads what it needs on first use. */
export async function moveRootKey(options: MoveOptions): Promise<MovedRoot> {
  const { moveRootKey: move } = await import('./control/move-custody.ts');
  return move(options);
}

/** Puts a platform back from a backup; see `RestoreOptions`. Loads what it needs on first use. */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { restoreBackup: restore } = await import('./backup/restore-backup.ts');
  return restore(options);
}

/**
 * Reads every byte of a backup and holds it against what was signed.
 *
 * @param keys public keys of the platform's evidence
 */
export async function verifyBackup(
  place: BackupPlace,
  keys: readonly string[],
  onProgress: (done: number, total: number) => void,
): Promise<BackupReport> {
  const [{ verifyBackup: verify }, { openPlace }, { envelopesOf }] = await Promise.all([
    import('./backup/verify-backup.ts'),
    import('./backup/open-place.ts'),
    import('./backup/envelope-keys.ts'),
  ]);
  return verify(await openPlace(place, { readOnly: true }), envelopesOf(keys), onProgress);
}

/** The OpenAPI document of the API of this version; see `schema/openapi.json`. */
export async function apiDescription(): Promise<Readonly<Record<string, unknown>>> {
  const [{ ROUTES }, { openApiDocument }, { packageVersion }] = await Promise.all([
    import('./api/routes.ts'),
    import('./api/openapi.ts'),
    import('./control/package-files.ts'),
  ]);
  return openApiDocument(ROUTES, packageVersion);
}
