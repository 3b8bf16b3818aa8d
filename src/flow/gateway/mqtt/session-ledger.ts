import type { SessionEvent } from '#flow/journal/index.ts';
import { RecordedSession } from './recorded-session.ts';
import { decodeSessionChange, encodeSessionChange } from './session-event.ts';
import type { SessionSnapshot } from './session.ts';

/**
 * What the journal has to keep of the sessions that one worker recorded: their newest state, with the packet ids
 * that are in use either way. Each new journal file opens with it, so that the files before can go.
 */
export class SessionLedger {
  readonly #sessions = new Map<string, RecordedSession>();

  /** @param recovered sessions of the start before, which only this journal keeps from now on */
  constructor(recovered: readonly SessionSnapshot[] = []) {
    for (const snapshot of recovered) this.#keep(snapshot);
  }

  /** Notes an event that goes into the journal. */
  note(session: string, event: Uint8Array): void {
    const change = decodeSessionChange(session, event);
    const known = this.#sessions.get(session);
    if (change.kind === 'state') {
      this.#keep(change.snapshot);
    } else if (change.kind === 'ended') {
      // An end may come late, for a generation that another has followed.
      if (known !== undefined && known.generation <= change.generation) this.#sessions.delete(session);
    } else {
      known?.apply(change);
    }
  }

  /** The events from which the sessions can be recovered as they are now. */
  events(): readonly SessionEvent[] {
    return [...this.#sessions].map(([session, recorded]) => ({
      session,
      event: encodeSessionChange({ kind: 'state', snapshot: recorded.snapshot() }),
    }));
  }

  #keep(state: SessionSnapshot): void {
    this.#sessions.set(state.key, new RecordedSession(state));
  }
}
