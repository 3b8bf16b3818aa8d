import { toHex } from './bytes.ts';
import type { Random } from './ports.ts';

/** A place in a trace: the step that further ones are part of. */
export interface TraceContext {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all zero. */
  readonly spanId: string;
  /** Whether the sender records it. */
  readonly sampled: boolean;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * Reads the header `traceparent`.
 *
 * @param text untrusted
 * @returns null where it is not one that counts; a trace is begun anew then
 * @see W3C Trace Context, level 1, sections 3.2.2 and 4.3
 */
export function parseTraceparent(text: string | undefined): TraceContext | null {
  const [, version, traceId = '', spanId = '', flags = '', rest] = TRACEPARENT.exec(text ?? '') ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** The header `traceparent` of a place in a trace. */
export function formatTraceparent({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

/** A new trace with its first step. */
export function makeTrace(random: Random): { readonly traceId: string; readonly spanId: string } {
  return { traceId: toHex(random.bytes(16)), spanId: makeSpanId(random) };
}

/** The id of a new step. */
export function makeSpanId(random: Random): string {
  return toHex(random.bytes(8));
}
