import type { IngestPort } from '../ports.ts';
import { encodeSessionChange } from './session-event.ts';
import type { SessionChange } from './session-event.ts';
import type { Session } from './session.ts';

/**
 * Keeps a change of a session in the journal; of one that ends with its connection nothing needs to be kept.
 *
 * @param change as the session has it already
 * @returns bytes that it takes in the journal
 */
export function recordChange(ingest: IngestPort, session: Session, change: SessionChange): number {
  if (session.expirySeconds === 0) return 0;
  session.recorded = true;
  const whole = session.stale || change.kind === 'state';
  if (whole) session.stale = false;
  const event = encodeSessionChange(whole ? { kind: 'state', snapshot: session.snapshot() } : change);
  ingest.recordSession(session.key, event);
  return event.length;
}

/** Keeps all of a session: as its connection begins, and when its subscriptions change. */
export function recordState(ingest: IngestPort, session: Session): number {
  return recordChange(ingest, session, { kind: 'state', snapshot: session.snapshot() });
}

/** Keeps that a session is over, up to and with a generation. */
export function recordEnd(ingest: IngestPort, key: string, generation: number): void {
  ingest.recordSession(key, encodeSessionChange({ kind: 'ended', generation }));
}
