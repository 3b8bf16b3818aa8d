import type { IngestPort } from '../ports.ts';
import { encodeSessionChange } from './session-event.ts';
import type { SessionChange } from './session-event.ts';
import type { Session } from './session.ts';

/**
 * Keeps a change of a session in the journal; of one that ends with its connection nothing needs to be kept.
 *
 * @param change as the session has it already
 */
export function recordChange(ingest: IngestPort, session: Session, change: SessionChange): void {
  if (session.expirySeconds === 0) return;
  session.recorded = true;
  if (session.stale || change.kind === 'state') {
    session.stale = false;
    const state: SessionChange = { kind: 'state', snapshot: session.snapshot() };
    return ingest.recordSession(session.key, encodeSessionChange(state));
  }
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
