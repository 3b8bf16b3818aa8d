import type { Json } from '#base/core/index.ts';

/** Certificates that a probe can show to a listener; all but `good` are made for the occasion and must be refused. */
export const CREDENTIAL_KINDS = [
  'good',
  'none',
  'self-signed',
  'other-authority',
  'expired',
  'not-yet-valid',
  'server-only',
  'unknown-device',
  'disabled-device',
] as const;
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

export interface ConnectOutcome {
  /** True where an MQTT session was accepted. */
  readonly admitted: boolean;
  readonly protocol: string | null;
  /** What the listener answered with, where it did. */
  readonly reason: string | null;
}

export interface PublishOutcome {
  /** MQTT 5 reason code of the acknowledgement; below 128 means taken. */
  readonly code: number;
  readonly text: string | null;
}

export type ProbeCaller = 'prober' | 'device' | 'person' | 'nobody';

export interface ApiAnswer {
  readonly status: number;
  readonly body: Json;
}

export interface SearchOutcome {
  readonly files: number;
  readonly bytes: number;
  /** Files, relative to the data directory, that hold the bytes looked for. */
  readonly hits: readonly string[];
}

/** The answer to an attempt that must fail: what was opened or answered, if anything was. */
export interface TamperOutcome {
  readonly target: string;
  readonly detected: boolean;
  readonly reason: string;
}

/**
 * The running system as a probe may try it: from outside where that is possible, else on copies.
 *
 * Everything acts as the reserved device and on the reserved stream `_probe`, through the code that users meet.
 */
export interface ProbePlatform {
  /** Opens TLS and MQTT to the device listener with a credential of this kind. */
  connect(kind: CredentialKind): Promise<ConnectOutcome>;
  /** Speaks an old protocol version to the device listener. */
  connectWithTls(
    version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3',
  ): Promise<{ readonly accepted: boolean; readonly group: string | null }>;
  /** Publishes raw payloads to a topic as the device `_probe`, one answer each. */
  publish(topic: string, payloads: readonly string[]): Promise<readonly PublishOutcome[]>;
  /** Calls the API: as the prober itself, as the device `_probe`, as a person without a role, or as nobody. */
  call(method: string, path: string, body: Json | null, as: ProbeCaller): Promise<ApiAnswer>;
  /** Runs SQL as the prober, who sees the stream `_probe` and nothing else. */
  query(sql: string): Promise<ApiAnswer>;
  /** Has what is not sealed yet of the stream `_probe` sealed now. */
  seal(): Promise<void>;
  /** Searches every file below the data directory, and what running processes hold open without a name. */
  search(needle: string): Promise<SearchOutcome>;
  /** Flips one bit in a copy of a sealed segment of `_probe` and tries to read it. */
  tamperWithSegment(): Promise<TamperOutcome>;
  /** Verifies the log from its files with the public key alone, then once more on a copy with one byte changed. */
  verifyLog(): Promise<{
    readonly entries: number;
    readonly verified: boolean;
    readonly reason: string | null;
    readonly tamperDetected: boolean;
  }>;
  /**
   * Looks for an entry of this action and resource in the log, from its newest entries back. A resource that ends
   * with a colon stands for all that begin so.
   */
  logged(action: string, resource: string, since: string): Promise<boolean>;
  /** What the platform says of itself, such as whether query processes are confined. */
  status(): Promise<Readonly<Record<string, Json>>>;
  /** A value that is unlikely to stand anywhere else. */
  canary(): string;
}
