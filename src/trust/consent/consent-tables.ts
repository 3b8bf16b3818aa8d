import type { Json } from '#base/core/index.ts';
import { sealedTableSql } from '#base/storage/index.ts';
import type { CatalogueSchema, Columns, SealedTableSpec } from '#base/storage/index.ts';
import type { ConsentEvent, ConsentTerms } from './consent.ts';

const table = <const K extends Columns, const C extends Columns, S extends Json = null>(
  spec: SealedTableSpec<K, C, S>,
): SealedTableSpec<K, C, S> => spec;

export type ConsentPrivate = {
  readonly subject: string;
  readonly terms: ConsentTerms & Json;
  readonly events: readonly (ConsentEvent & Json)[];
};

/**
 * Consents by id. Who gave them is sealed; `subject_digest` is a keyed digest of stream and subject, the pseudonymous id
 * that the log has. `suspended` is 0 or 1.
 */
export const CONSENTS = table({
  name: 'consent_record',
  key: { id: 'text' },
  clear: { stream: 'text', subject_digest: 'text', given: 'integer', expires: 'integer?', suspended: 'integer' },
  sealed: (value) => value as unknown as ConsentPrivate,
  indexes: [['stream', 'subject_digest']],
});

/** Tables of consents. */
export const CONSENT_SCHEMA: CatalogueSchema = {
  room: 'consent',
  migrations: [[...sealedTableSql(CONSENTS)]],
};
