import type { Micros } from '#base/core/index.ts';
import type { Outcomes, Sender, WireFormat } from '#flow/ingest/index.ts';

/** A device of the inventory as the gateway needs it. */
export interface DeviceEntry extends Sender {
  /** Types of devices that it may publish for. */
  readonly speaksFor: readonly string[];
  /** Serial numbers (upper-case hex) of the certificates that are its own today; null where any of ours will do. */
  readonly serials: readonly string[] | null;
}

/** The inventory, held in memory so that a decision needs nobody else. */
export interface DeviceDirectory {
  /** @param name untrusted: it comes from a certificate, a topic or a query parameter */
  find(name: string): DeviceEntry | null;
}

/** The flags of the shared device table: one atomic load for each packet. */
export interface DeviceFlags {
  /** Bit masks. */
  readonly revoked: number;
  readonly disabled: number;
  readonly contained: number;
  /** @param index row number of the device */
  load(index: number): number;
}

/** Counts connections over all workers; `take` says no where the limit is reached. */
export interface ConnectionCounts {
  takeTotal(): boolean;
  giveTotal(): void;
  takeDevice(index: number): boolean;
  giveDevice(index: number): void;
}

/** Where readings go: the ingest room, or what a test puts in its place. */
export interface IngestPort {
  /**
   * Takes one message of one device; synchronous, nothing is durable yet.
   *
   * @param sender the authenticated device
   * @param about the device that it is about, mostly the same
   * @param payload valid until the call returns
   * @returns a number of the table of reasons, 0 for admitted
   */
  admit(
    sender: Sender,
    stream: string,
    about: Sender,
    payload: Uint8Array,
    format: WireFormat,
    received: Micros,
  ): number;
  /** Takes a message that holds many readings. */
  admitMany(
    sender: Sender,
    stream: string,
    about: Sender,
    payload: Uint8Array,
    format: WireFormat,
    received: Micros,
  ): Outcomes;
  /** Counts a message that was refused before it could be looked at, such as one about an unknown device. */
  refuse(sender: Sender, stream: string, about: string, reason: number, bytes: number): void;
  /** Keeps one change of a session, in order with what is admitted. */
  recordSession(session: string, event: Uint8Array): void;
  /** Records something that happened to a device as a reading of the events stream. */
  recordEvent(about: Sender, kind: string, detail: string, received: Micros): number;
  /**
   * Resolves when all that was taken before is durable; the same promise for all of one group.
   * Rejects where it cannot become durable: then nobody may be told that it was.
   */
  durable(): Promise<void>;
}
