import type { IngestPort } from '../ports.ts';
import { encodeSessionChange } from './session-event.ts';
import type { SessionChange } from './session-event.ts';
import type { Session } from './session.ts';

/** Keeps a change of a session in the journal; of one that ends with its connection nothing needs to be kept. */
export function recordChange(ingest: IngestPort, session: Session, change: SessionChange): void {
  if (session.expirySeconds === 0) return;
  session.recorded = true;
  ingest.recordSession(session.key, encodeSessionChange(change));
}

/** Keeps all of a session: as its connection begins, and when its subscriptions change. */
export function recordState(ingest: IngestPort, session: Session): void {
  recordChange(ingest, session, { kind: 'state', snapshot: session.snapshot() });
}

/** Keeps that a session is over, up to and with a generation. */
export function recordEnd(ingest: IngestPort, key: string, generation: number): void {
  ingest.recordSession(key, encodeSessionChange({ kind: 'ended', generation }));
}
