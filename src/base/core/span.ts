import type { Micros } from './units.ts';

/** What is told of a step: words and numbers from closed sets, never literals of statements, names or addresses. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** One step of the way of a request. @see OpenTelemetry specification, Tracing API, Span */
export interface Span {
  /** The part of the platform that took the step, such as `gateway`. */
  readonly service: string;
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  /** The step that this one is part of; null for the first. */
  readonly parentId: string | null;
  readonly name: string;
  /** `server` where it answers another process, `internal` within one. */
  readonly kind: 'server' | 'internal';
  readonly start: Micros;
  readonly end: Micros;
  readonly attributes: SpanAttributes;
  /** A word for what went wrong; null where nothing did. */
  readonly error: string | null;
}
