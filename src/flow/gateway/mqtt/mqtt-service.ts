import type { Duplex } from 'node:stream';
import type { Command } from './session.ts';
import { Connection } from './connection.ts';
import type { MqttContext, MqttPeer } from './context.ts';
import type { HubRequests } from './hub-client.ts';
import { ReasonCode } from './reason-code.ts';
import { recordEnd } from './session-journal.ts';

/** All MQTT connections of one worker. */
export class MqttService {
  readonly #connections = new Set<Connection>();
  readonly #sessions = new Map<string, Connection>();
  readonly #context: MqttContext;

  /** @param context whose hub client was given `requests` of this service */
  constructor(context: MqttContext) {
    this.#context = context;
  }

  /** What the hub asks of the connections here. */
  static requests(service: () => MqttService): HubRequests {
    return {
      yield: (key, generation) => service().#yield(key, generation),
      command: (key, command) => service().#command(key, command),
      will: (will) => {
        const { ingest, devices, clock, connections } = service().#context;
        const device = devices.find(will.device);
        if (device === null) return;
        connections.will(device);
        ingest.recordEvent(device, 'will', will.detail, will.client, clock.now());
      },
      expired: (key, generation) => recordEnd(service().#context.ingest, key, generation),
    };
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Serves an admitted device on its TLS socket. */
  accept(socket: Duplex, peer: MqttPeer): void {
    this.#context.metrics.count('gateway_connections', { listener: 'mqtt' });
    this.#connections.add(
      new Connection(this.#context, socket, peer, {
        opened: (connection, key) => this.#sessions.set(key, connection),
        ended: (connection, key) => {
          this.#connections.delete(connection);
          if (key !== null && this.#sessions.get(key) === connection) this.#sessions.delete(key);
        },
      }),
    );
  }

  /** Once a second: keep-alive, time-outs, and devices that may no longer act. */
  sweep(): void {
    const now = this.#context.clock.monotonicMs();
    for (const connection of this.#connections) {
      if (connection.isCut()) connection.cut();
      else connection.check(now);
    }
    this.#context.acks.wake();
  }

  /** Ends the connections of devices and certificates that no longer count: called as soon as they change. */
  cut(indexes: ReadonlySet<number>): void {
    for (const connection of this.#connections) {
      if (indexes.has(connection.client.peer.device.index) && connection.isOut()) connection.cut();
    }
  }

  /** Ends the connections that are named, wherever their sessions are. */
  end(ids: ReadonlySet<string>): void {
    for (const connection of this.#connections) if (ids.has(connection.client.peer.id)) connection.cut();
  }

  /** Says goodbye to all; resolves when their sessions are with the hub. */
  async close(): Promise<void> {
    const ending = [...this.#connections].map((connection) => {
      connection.client.disconnect(ReasonCode.ServerShuttingDown, 'shutting-down');
      return connection.over;
    });
    await Promise.all(ending);
  }

  #yield(key: string, generation: number): void {
    const connection = this.#sessions.get(key);
    // It may have ended already: then its release is on the way. Or it is not open yet, and says so itself.
    if (connection?.client.session?.generation === generation) connection.takeOver();
  }

  #command(key: string, command: Command): void {
    const connection = this.#sessions.get(key);
    if (connection !== undefined) connection.command(command);
  }
}
