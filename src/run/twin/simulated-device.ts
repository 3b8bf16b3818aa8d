import mqtt from 'mqtt';
import type { MqttClient } from 'mqtt';
import { intakeFields } from '#declare/template/index.ts';
import type { Stream } from '#declare/template/index.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import { seededUniform } from './signal.ts';
import { SimulatedReadings } from './simulated-readings.ts';

/** What a simulated device needs to connect: its own key and certificate, and the platform's authority. */
export interface DeviceCredential {
  readonly name: string;
  readonly key: string;
  readonly certificate: string;
  readonly authority: string;
}

export interface SimulatedDeviceOptions {
  readonly credential: DeviceCredential;
  readonly host: string;
  readonly port: number;
  readonly streams: readonly Stream[];
  readonly seed: number;
  /** Share of readings that are made wrong on purpose (out of range), so that refusals can be seen. */
  readonly faultRatio: number;
  /** When it does what no check on entry sees; null for never. */
  readonly misbehaviour?: Misbehaviour | null;
}

/**
 * A device that publishes plausible readings over MQTT 5 and mutual TLS, numbered by `seq`, until it is stopped.
 *
 * Its `seq` starts at the time of its first start in milliseconds, so that it keeps rising over restarts.
 */
export class SimulatedDevice {
  readonly #options: SimulatedDeviceOptions;
  readonly #client: MqttClient;
  readonly #readings: SimulatedReadings;
  readonly #uniform;
  #seq = Date.now();
  #begun = Date.now() / 1_000;
  #timers: NodeJS.Timeout[] = [];
  sent = 0;
  refused = 0;

  constructor(options: SimulatedDeviceOptions) {
    this.#options = options;
    this.#uniform = seededUniform(options.seed);
    const { credential } = options;
    this.#readings = new SimulatedReadings(
      credential.name,
      options.streams,
      this.#uniform,
      options.misbehaviour ?? null,
    );
    this.#client = mqtt.connect({
      protocol: 'mqtts',
      host: options.host,
      port: options.port,
      protocolVersion: 5,
      clientId: credential.name,
      key: credential.key,
      cert: credential.certificate,
      ca: credential.authority,
      reconnectPeriod: 1_000,
    });
    this.#client.on('error', () => {});
  }

  /** Publishes to each stream at most at `perSecond`, below the rate that the stream allows. */
  start(perSecond: number): void {
    this.#begun = Date.now() / 1_000;
    for (const stream of this.#options.streams) {
      const rate = Math.min(perSecond, stream.rate.perSecond * 0.8);
      this.#timers.push(setInterval(() => this.#publish(stream), 1_000 / rate));
    }
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    await this.#client.endAsync(true);
  }

  #publish(stream: Stream): void {
    if (!this.#client.connected) return;
    const at = Date.now() / 1_000;
    const fields = this.#readings.next(stream, at, at - this.#begun);
    if (fields === null) return;
    const reading: Record<string, unknown> = { time: at, seq: this.#seq++, ...fields };
    const spoilt = intakeFields(stream).find((field) => field.range?.[1] !== null && field.range !== null);
    if (spoilt !== undefined && this.#uniform() < this.#options.faultRatio) {
      reading[spoilt.name] = (spoilt.range?.[1] ?? 0) + 1_000;
    }
    this.sent += 1;
    this.#client.publish(`streams/${stream.name}`, JSON.stringify(reading), { qos: 1 }, (error) => {
      if (error) this.refused += 1;
    });
  }
}
