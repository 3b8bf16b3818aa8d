import { PacketIdSet } from './packet-id-set.ts';
import type { Sent, SessionSnapshot } from './session.ts';

/** A change that is about one packet id. */
export type PacketChange = { readonly generation: number; readonly packetId: number } & (
  | {
      /**
       * `received`: a message of QoS 2 is kept, so that it is not taken twice; `released`: its PUBREL came.
       * `taken`: the device has a command, by its PUBREC. `completed`: the exchange of a command is over and the packet
       * id may be used again, by PUBCOMP or a PUBREC that refuses.
       */
      readonly kind: 'received' | 'released' | 'taken' | 'completed';
    }
  /** A command goes out with QoS 2. */
  | { readonly kind: 'sent'; readonly command: string }
);

/** What the journal knows of one session: its last whole state, and the packet ids that changed since. */
export class RecordedSession {
  readonly #state: SessionSnapshot;
  readonly #received = new PacketIdSet();
  readonly #sent = new Map<number, Sent>();

  constructor(state: SessionSnapshot) {
    this.#state = state;
    for (const id of state.received) this.#received.add(id);
    for (const sent of state.inFlight) this.#sent.set(sent.packetId, sent);
  }

  get generation(): number {
    return this.#state.generation;
  }

  /** Takes a change in; one of another connection of the session is passed over. */
  apply(change: PacketChange): void {
    if (change.generation !== this.generation) return;
    const { packetId } = change;
    switch (change.kind) {
      case 'received':
        this.#received.add(packetId);
        return;
      case 'released':
        this.#received.delete(packetId);
        return;
      case 'sent':
        this.#sent.set(packetId, { packetId, id: change.command, qos: 2, taken: false, command: null });
        return;
      case 'taken': {
        const sent = this.#sent.get(packetId);
        if (sent !== undefined) this.#sent.set(packetId, { ...sent, taken: true, command: null });
        return;
      }
      case 'completed':
        this.#sent.delete(packetId);
    }
  }

  /** The session as it is now. */
  snapshot(): SessionSnapshot {
    return { ...this.#state, received: this.#received.toArray(), inFlight: [...this.#sent.values()] };
  }
}
