import { SealedTable } from '#base/storage/index.ts';
import type { Values } from '#base/storage/index.ts';
import type { IdentityContext } from './identity-context.ts';
import { CERTIFICATES } from './identity-tables.ts';

/** What is remembered of a certificate that was given. */
export type IssuedCertificate = Values<typeof CERTIFICATES.key> & Values<typeof CERTIFICATES.clear>;

/** Certificates in use, the newest first, as many as were asked for; `total` counts all. */
export interface IssuedCertificates {
  readonly total: number;
  readonly certificates: readonly IssuedCertificate[];
}

/** The certificates that are not past their end and not revoked. */
export async function issuedCertificates(context: IdentityContext, limit: number): Promise<IssuedCertificates> {
  const { catalogue, clock, log, machines } = context;
  const table = new SealedTable(CERTIFICATES, machines);
  const where = { state: { in: ['valid', 'suspended'] }, expires: { from: clock.now() } };
  const certificates = await table.list(catalogue, {
    where,
    order: ['created', 'serial'],
    descending: true,
    limit,
    onDamaged: (error) => log.error({ code: error.code }, error.message),
  });
  return { total: await table.count(catalogue, where), certificates };
}
