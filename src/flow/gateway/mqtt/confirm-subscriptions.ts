import type { Client } from './client.ts';
import { recordState } from './session-journal.ts';
import type { Session } from './session.ts';

/**
 * Confirms a change of subscriptions; of a session that outlives its connection once it is on disk, or a filter that was
 * given up could come back with a restart.
 *
 * @param packet the SUBACK or UNSUBACK
 */
export function confirmSubscriptions(client: Client, session: Session, packet: Uint8Array): void {
  client.changes++;
  if (session.expirySeconds === 0) return client.write(packet);
  const bytes = recordState(client.context.ingest, session);
  client.hold(client.writeOnceDurable(packet), bytes);
}
