import { join } from 'node:path';
import type { Clock, LateAuditSink, Log, Random } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { openSqliteCatalogue } from '#base/storage/index.ts';
import type { SqliteCatalogue } from '#base/storage/index.ts';
import { OwedEntries } from '#trust/audit/index.ts';
import type { AuditLog } from '#trust/audit/index.ts';
import { openIdentity } from '#trust/identity/index.ts';
import type { Declared, Identity } from '#trust/identity/index.ts';
import { openKeyRing } from '#trust/keys/index.ts';
import type { Custody, KeyRing } from '#trust/keys/index.ts';
import type { DataDirectory } from '../data-directory.ts';
import { issuerFetch } from './issuer-fetch.ts';
import { keptSecret, openLog } from './open-log.ts';

/** What everything else rests on: the log, the catalogue, the keys, and who may come in. */
export interface Trust extends AsyncDisposable {
  readonly audit: AuditLog;
  /** What is owed to the log while it cannot be written. */
  readonly owed: OwedEntries;
  readonly catalogue: SqliteCatalogue;
  readonly keys: KeyRing;
  readonly identity: Identity;
}

export interface TrustParts {
  readonly layout: DataDirectory;
  readonly custody: Custody;
  /** What the template declares of identity; asked again at each use. */
  readonly declared: Declared;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Opens the log first, for all that follows is logged; then catalogue, keys, identity. */
export async function openTrust(parts: TrustParts): Promise<Trust> {
  const { layout, custody, declared, clock, random, log } = parts;
  await using opened = new AsyncDisposableStack();
  const name = sha256Hex(await keptSecret(custody, 'log-name', 16, random)).slice(0, 16);
  const audit = opened.use(await openLog({ directory: layout.audit, deployment: name, custody, clock, random, log }));
  const catalogue = opened.use(await openSqliteCatalogue(layout.catalogue));
  // What is owed lies in the catalogue, sealed under a key of the ring that may owe entries itself.
  const box: { owed: OwedEntries | null } = { owed: null };
  const late: LateAuditSink = {
    appendLate: async (event) => void (await (box.owed === null ? audit.append(event) : box.owed.appendLate(event))),
  };
  const keys = await openKeyRing({ catalogue, custody, audit, late, clock, random });
  const owed = (box.owed = await OwedEntries.open({
    catalogue,
    sealer: await keys.rowSealer('catalogue'),
    audit,
    clock,
    log,
  }));
  opened.defer(() => owed.idle());
  const identity = await openIdentity({
    catalogue,
    keys,
    declared,
    audit,
    log,
    clock,
    random,
    signIn: { fetch: issuerFetch },
  });
  opened.defer(() => identity.signIn.logins[Symbol.dispose]());
  const resources = opened.move();
  return { audit, owed, catalogue, keys, identity, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** Where commands find the authority's certificate. */
export function authorityFile(layout: DataDirectory): string {
  return join(layout.identity, 'ca.crt');
}
