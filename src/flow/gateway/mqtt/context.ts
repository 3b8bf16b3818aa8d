import type { Clock, Log, Metrics, Random } from '#base/core/index.ts';
import type { Limits, Stream } from '#declare/template/index.ts';
import type { DeviceDirectory, DeviceEntry, DeviceTablePort, IngestPort } from '../ports.ts';
import type { ConnectionBook } from '../connections/connection-book.ts';
import type { Transport } from '../connections/connection-summary.ts';
import type { PeerSource } from '../tls/peer-source.ts';
import type { RefusalTally } from '../tls/refusal-tally.ts';
import type { AckGroups } from './ack-group.ts';
import type { AckFields } from './ack-packet.ts';
import type { AckWords } from './ack-words.ts';
import type { HubClient } from './hub-client.ts';
import type { PublishFields } from './publish-packet.ts';

/** What all connections of a worker share. */
export interface MqttContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly refusals: RefusalTally;
  readonly ingest: IngestPort;
  readonly devices: DeviceDirectory;
  readonly table: DeviceTablePort;
  readonly acks: AckGroups;
  readonly hub: HubClient;
  /** Where is counted how devices connect and send. */
  readonly connections: ConnectionBook;
  /** What the running template says; read anew each time, for a template may change. */
  limits(): Limits;
  stream(name: string): Stream | undefined;
  /** Rises whenever devices, streams or limits change, so that what was looked up is looked up again. */
  version(): number;
  /** Scratch space of the decoders: packets are handled one after the other. */
  readonly publish: PublishFields;
  readonly ack: AckFields;
  readonly flow: FlowBudget;
  readonly words: AckWords;
}

/** Bytes that all connections of a worker have sent and that are not durable yet. */
export interface FlowBudget {
  uncommitted: number;
}

/** The peer of a connection: a device that admission let in. */
export interface MqttPeer {
  readonly device: DeviceEntry;
  /** Serial number of the certificate that it was let in with. */
  readonly serial: string;
  /** Names the connection among those of all workers. */
  readonly id: string;
  readonly from: PeerSource;
  /** On which way it came. */
  readonly transport: Transport;
}

/** Bytes that one connection may have sent without their being durable. */
export const CONNECTION_UNCOMMITTED_BYTES = 1_048_576;
/** The same for all connections of a worker. */
export const WORKER_UNCOMMITTED_BYTES = 67_108_864;
