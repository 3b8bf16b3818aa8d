import { formatMicros, micros } from '#base/core/index.ts';
import type { Json, Micros } from '#base/core/index.ts';
import type { AuditReader } from '../api/services.ts';
import { logBetween } from '../api/log-between.ts';
import { DISCARDED } from './unread-journal.ts';

/**
 * Journal files that somebody had discarded unread since a moment, as a certificate names them. Read from the log: no copy
 * of the catalogue forgets them.
 *
 * @see docs/formats/erasure-certificate.md
 */
export async function discardedSince(reader: Pick<AuditReader, 'entries'>, since: Micros): Promise<readonly Json[]> {
  const isDiscard = ({ event }: { event: { action: string; outcome: string } }): boolean =>
    event.action === DISCARDED && event.outcome === 'done';
  const { entries } = await logBetween(reader, [since, Infinity], isDiscard, Infinity);
  return entries.map(({ time, event: { resource, reason, detail = {} } }) => ({
    file: resource.replace(/^journal:/, ''),
    at: formatMicros(micros(time)),
    reason: reason ?? '',
    bytes: detail['bytes'] ?? 0,
    begun: detail['begun'] ?? null,
  }));
}
