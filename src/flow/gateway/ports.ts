import type { Micros } from '#base/core/index.ts';
import type { Ingest, Sender } from '#flow/ingest/index.ts';
import type { DeviceTable, DirectoryEntry, RevokedSet } from '#trust/identity/index.ts';

/** A device of the inventory as the gateway needs it. */
export type DeviceEntry = Pick<DirectoryEntry, 'index' | 'name' | 'type' | 'speaksFor' | 'serials' | 'suspended'>;

/** The inventory, held in memory so that a decision needs nobody else. */
export interface DeviceDirectory {
  /** @param name untrusted: it comes from a certificate, a topic or a query parameter */
  find(name: string): DeviceEntry | null;
}

/** The serial numbers of revoked certificates. */
export type RevokedPort = Pick<RevokedSet, 'has'>;

/** What the gateway asks of the shared device table. */
export type DeviceTablePort = Pick<DeviceTable, 'flags' | 'mayAct' | 'connect' | 'disconnect'>;

/** Where readings go: the ingest room, or what a test puts in its place. */
export type IngestPort = Pick<
  Ingest,
  'admit' | 'admitMany' | 'allowance' | 'place' | 'dropped' | 'refuse' | 'recordSession' | 'durable' | 'busy'
> & {
  /**
   * Records something that happened to a device as a reading of the events stream.
   *
   * @returns a reason number
   */
  recordEvent(about: Sender, kind: string, detail: string | null, client: string | null, received: Micros): number;
};
