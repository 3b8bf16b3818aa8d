import type { StreamDescription } from '#run/server/index.ts';
import type { Outcome } from '#run/twin/index.ts';
import { certifyDevice } from '../certify-device.ts';
import type { Enrolment } from '../commands/device.ts';
import { CliError, refusalOf } from '../errors.ts';
import type { PlatformClient } from '../platform-client.ts';
import { DeviceLine } from './device-line.ts';
import type { ImportGrant } from './import-grant.ts';
import { findStream } from './replay-files.ts';
import type { ReplaySink } from './replay-files.ts';
import type { Route } from './routes.ts';

export interface PlatformSinkOptions {
  readonly client: PlatformClient;
  readonly host: string;
  readonly port: number;
  readonly streams: readonly StreamDescription[];
  /** Device type to enrol unknown devices as; `auto` takes the first that may publish to their stream, null enrols none. */
  readonly enrol: string | null;
  /** Null where readings come in as if they were sent now. */
  readonly grant: ImportGrant | null;
  readonly window: number;
  /** For how long it waits for a platform that is away, in milliseconds. */
  readonly patienceMs: number;
  /** Told when the first connection is lost, and when there are all again. */
  readonly onAway: (away: boolean) => void;
  /** Asks what an earlier run has sent. */
  readonly resume: boolean;
  readonly onOutcome: (outcome: Outcome) => void;
}

/** A certificate for a replay is of no use the day after. */
const CERTIFICATE_DAYS = 1;

/** Sends readings through the real gateway: a connection per device, each with a certificate for a day. */
export class PlatformSink implements ReplaySink, AsyncDisposable {
  readonly #options: PlatformSinkOptions;
  readonly #lines = new Map<string, DeviceLine>();
  readonly #away = new Set<string>();

  constructor(options: PlatformSinkOptions) {
    this.#options = options;
  }

  /**
   * @throws {CliError} CLI_REFUSED, with a hint where the device is not enrolled
   * @throws {TwinError} TWIN_CONNECT_REFUSED
   */
  async open(device: string, route: Route): Promise<number> {
    const { host, port, grant, window, resume, patienceMs, onOutcome } = this.#options;
    const enrolment = this.#lines.has(device) ? null : await this.#certify(device, route);
    // The grant first: it has to hold before the first reading comes in.
    await grant?.take(route.stream, device);
    if (enrolment !== null) {
      const { key, certificate, authority } = enrolment;
      const credential = { name: device, key, certificate, authority };
      const beforeReconnect = async (): Promise<void> => grant?.again(device);
      const onAway = (away: boolean): void => this.#noteAway(device, away);
      const options = { credential, host, port, window, patienceMs, beforeReconnect, onAway, onOutcome };
      this.#lines.set(device, await DeviceLine.open(options));
    }
    return resume ? await this.#sentUpTo(device, route.stream) : -1;
  }

  async publish(device: string, stream: string, payload: Buffer): Promise<void> {
    await this.#options.grant?.keep();
    await this.#lines.get(device)?.publish(`streams/${stream}`, payload);
  }

  async flush(): Promise<void> {
    await Promise.all(this.#lines.values().map((line) => line.flush()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#lines.values().map((line) => line[Symbol.asyncDispose]()));
  }

  #noteAway(device: string, away: boolean): void {
    const before = this.#away.size;
    if (away) this.#away.add(device);
    else this.#away.delete(device);
    const isFirst = before === 0 && away;
    const wasLast = before > 0 && this.#away.size === 0;
    if (isFirst || wasLast) this.#options.onAway(away);
  }

  /** What lies a window below the highest number was answered before that was sent. */
  async #sentUpTo(device: string, stream: string): Promise<number> {
    const { client, window } = this.#options;
    const body = { sql: `select max(seq) as seq from "${stream}" where device = $1`, parameters: [device] };
    const { rows } = await client.json<{ rows: { seq: number | string | null }[] }>('POST', '/v1/query', { body });
    const highest = rows[0]?.seq ?? null;
    return highest === null ? -1 : Number(highest) - window;
  }

  async #certify(device: string, { stream, type }: Route): Promise<Enrolment> {
    const { client, enrol, streams } = this.#options;
    const as = type ?? (enrol === 'auto' ? (findStream(streams, stream).from[0] ?? null) : enrol);
    if (as !== null) return await certifyDevice(client, device, as, CERTIFICATE_DAYS);
    const path = `/v1/devices/${encodeURIComponent(device)}/certificate`;
    try {
      return await client.json<Enrolment>('POST', path, { body: { days: CERTIFICATE_DAYS } });
    } catch (cause) {
      if (refusalOf(cause)?.status !== 404) throw cause;
      throw new CliError('CLI_REFUSED', `Cannot replay as ${device}: the inventory has no such device`, {
        hint: 'Enrol devices on the way with --enrol TYPE, or first with `npm run -s weir -- device enrol`',
        cause: refusalOf(cause),
      });
    }
  }
}
