import type { PlatformClient } from '../platform-client.ts';

/** Grants are short and renewed, so that none outlives a replay for long. */
const MINUTES = 2;
const RENEW_AFTER_MS = 60_000;

/** Keeps an import grant running for the devices of a replay: clock and rate are waived for them, and it is logged. */
export class ImportGrant {
  readonly #client: PlatformClient;
  readonly #nowMs: () => number;
  readonly #devices = new Map<string, Set<string>>();
  #renewAt = 0;

  /** @param nowMs a monotonic clock in milliseconds */
  constructor(client: PlatformClient, nowMs: () => number) {
    this.#client = client;
    this.#nowMs = nowMs;
  }

  /** Takes a grant for a device and stream. @throws {CliError} CLI_REFUSED */
  async take(stream: string, device: string): Promise<void> {
    if (this.#devices.size === 0) this.#renewAt = this.#nowMs() + RENEW_AFTER_MS;
    const devices = this.#devices.get(stream) ?? new Set();
    this.#devices.set(stream, devices.add(device));
    await this.#ask(stream, [device]);
  }

  /** Takes the grants of a device once more, since the platform may have forgotten them in a crash. */
  async again(device: string): Promise<void> {
    for (const [stream, devices] of this.#devices) if (devices.has(device)) await this.#ask(stream, [device]);
  }

  /** Renews what is about to end; to be called before each reading. */
  async keep(): Promise<void> {
    if (this.#devices.size === 0 || this.#nowMs() < this.#renewAt) return;
    this.#renewAt = this.#nowMs() + RENEW_AFTER_MS;
    for (const [stream, devices] of this.#devices) await this.#ask(stream, [...devices]);
  }

  async #ask(stream: string, devices: readonly string[]): Promise<void> {
    await this.#client.json('POST', '/v1/grants/import', { body: { stream, devices: [...devices], minutes: MINUTES } });
  }
}
