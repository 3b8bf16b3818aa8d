import type { SessionEvent } from '#flow/journal/index.ts';
import { decodeSessionChange } from './session-event.ts';

interface Known {
  state: Uint8Array;
  /** Events of packet ids that were taken and not released, by id. */
  readonly received: Map<number, Uint8Array>;
}

/**
 * What the journal has to keep of the sessions that one worker recorded: their newest state and the packet ids that
 * are taken and not released. Each new journal file opens with it, so that the files before can go.
 */
export class SessionLedger {
  readonly #sessions = new Map<string, Known>();

  /** Notes an event that goes into the journal. */
  note(session: string, event: Uint8Array): void {
    const change = decodeSessionChange(session, event);
    if (change.kind === 'ended') this.#sessions.delete(session);
    else if (change.kind === 'state') this.#sessions.set(session, { state: event, received: new Map() });
    else {
      const received = this.#sessions.get(session)?.received;
      if (change.kind === 'received') received?.set(change.packetId, event);
      else received?.delete(change.packetId);
    }
  }

  /** The events from which the sessions can be recovered as they are now. */
  events(): readonly SessionEvent[] {
    const events: SessionEvent[] = [];
    for (const [session, { state, received }] of this.#sessions) {
      events.push({ session, event: state });
      for (const event of received.values()) events.push({ session, event });
    }
    return events;
  }
}
