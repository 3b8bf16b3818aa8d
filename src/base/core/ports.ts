import type { Micros } from './units.ts';

/** The time. A port so that tests can hold it still. */
export interface Clock {
  /** Wall clock in epoch microseconds. */
  now(): Micros;
  /** Monotonic milliseconds with a fraction; only differences mean something. */
  monotonicMs(): number;
}

/** A cryptographic random source. */
export interface Random {
  bytes(length: number): Uint8Array;
}

/** Structured diagnostics for operators: never payloads, secrets or personal data. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Counters and gauges by name with a bounded set of labels. */
export interface Metrics {
  count(name: string, labels?: Readonly<Record<string, string>>, by?: number): void;
  gauge(name: string, value: number, labels?: Readonly<Record<string, string>>): void;
}

/** What is put into the audit log: who did what to what, for which purpose, with what outcome and why. */
export interface AuditEvent {
  /** Pseudonymous id of a person, program, device or part of the platform, such as `person:4f1c…` or `weir:store`. */
  readonly actor: string;
  /** A verb from the closed list of the policy room, such as `query`, `enrol`, `seal-segment`. */
  readonly action: string;
  /** What it was done to, such as `view:climate` or `device:truck-7`. */
  readonly resource: string;
  readonly purpose?: string;
  readonly outcome: 'allowed' | 'denied' | 'done' | 'failed';
  /** A reason code where the outcome needs one. */
  readonly reason?: string;
  /** Hex SHA-256 of the bulk data that this entry binds, such as a segment's or a statement's. */
  readonly digest?: string;
  /** Further facts: small, flat, no personal data. */
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

/** The place in the log that an event was given. */
export interface AuditReceipt {
  readonly index: number;
}

/**
 * Where parts put what they did. The promise resolves when the entry is durable in the append queue,
 * which is before the effect of a read, key use or change may become visible.
 */
export interface AuditSink {
  append(event: AuditEvent): Promise<AuditReceipt>;
}

/**
 * Where goes what may not wait for the log, such as that readings which were taken already are sealed. While the log
 * cannot be written the entry is owed to it: kept durably, and put there before any other once it can.
 */
export interface LateAuditSink {
  /** Resolves when the entry is in the log or owed to it. Rejects as the log does where no more may be owed. */
  appendLate(event: AuditEvent): Promise<void>;
}
