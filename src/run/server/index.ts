import type { MovedRoot, MoveOptions } from './control/move-custody.ts';
import type { Platform, PlatformOptions } from './platform.ts';

export type { Platform, PlatformOptions } from './platform.ts';
export type { PlatformAddress, PlatformStatus } from './platform-status.ts';
export { layoutOf, lockDirectory } from './data-directory.ts';
export type { CryptoInventory } from './crypto/crypto-inventory.ts';
export type { DataDirectory } from './data-directory.ts';
export { ServerError } from './errors.ts';
export type { ServerErrorCode } from './errors.ts';
export { makeLog } from './log.ts';
export { CODE_CACHE, PACKAGE_ROOT } from './control/package-files.ts';
export type { TemplateSource } from './control/template-versions.ts';
export type { ShownApplied as AppliedTemplate } from './api/routes/template.ts';
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

/** Moves the root key of a platform that does not run; see `MoveOptions`. Loads what it needs on first use. */
export async function moveRootKey(options: MoveOptions): Promise<MovedRoot> {
  const { moveRootKey: move } = await import('./control/move-custody.ts');
  return move(options);
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
