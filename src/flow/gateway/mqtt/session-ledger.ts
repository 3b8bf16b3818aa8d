import type { SessionEvent } from '#flow/journal/index.ts';
import { PacketIdSet } from './packet-id-set.ts';
import { decodeSessionChange, encodeSessionChange } from './session-event.ts';
import type { SessionSnapshot } from './session.ts';

/**
 * What the journal has to keep of the sessions that one worker recorded: their newest state, with the packet ids that
 * are taken and not released. Each new journal file opens with it, so that the files before can go.
 */
export class SessionLedger {
  readonly #sessions = new Map<string, { readonly state: SessionSnapshot; readonly received: PacketIdSet }>();

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
      if (known !== undefined && known.state.generation <= change.generation) this.#sessions.delete(session);
    } else if (known?.state.generation === change.generation) {
      if (change.kind === 'received') known.received.add(change.packetId);
      else known.received.delete(change.packetId);
    }
  }

  /** The events from which the sessions can be recovered as they are now. */
  events(): readonly SessionEvent[] {
    return [...this.#sessions].map(([session, { state, received }]) => {
      const snapshot = { ...state, received: received.toArray() };
      return { session, event: encodeSessionChange({ kind: 'state', snapshot }) };
    });
  }

  #keep(state: SessionSnapshot): void {
    const received = new PacketIdSet();
    for (const id of state.received) received.add(id);
    this.#sessions.set(state.key, { state, received });
  }
}
