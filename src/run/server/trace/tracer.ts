import type { Clock, Random, Span } from '#base/core/index.ts';
import { parseTraceparent } from '#base/core/index.ts';
import type { TraceRules } from '#declare/template/index.ts';
import { ActiveSpan } from './active-span.ts';

export interface TracerParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly rules: () => TraceRules | undefined;
  readonly emit: (span: Span) => void;
}

/** What is known of a request before its route is run. */
export interface TracedRequest {
  /** What the gateway says of its own step, `<trace id>-<span id>`; absent where nothing is traced. */
  readonly gateway: string | undefined;
  /** The caller's own header. Untrusted. */
  readonly traceparent: string | undefined;
  /** Whether the caller may have requests traced. */
  readonly may: () => boolean;
  readonly name: string;
}

export interface RequestTrace {
  readonly span: ActiveSpan;
  /** For the gateway, so that it tells of its own step: `<trace id>-<parent id or nothing>`. */
  readonly answer: string;
}

const OWN_STEP = /^([0-9a-f]{32})-([0-9a-f]{16})$/;

/**
 * Decides which requests are traced: a share of all of them, by chance, and those of which a caller says so who may see
 * how the platform does. Such a caller's trace goes on here; everybody else's begins here, whatever they send, so that
 * nobody can fill the collector or mix up others' traces.
 */
export class Tracer {
  readonly #parts: TracerParts;

  constructor(parts: TracerParts) {
    this.#parts = parts;
  }

  /** @returns null where the request is not traced */
  begin({ gateway, traceparent, may, name }: TracedRequest): RequestTrace | null {
    const rules = this.#parts.rules();
    const [, ownTrace = '', gatewaySpan = ''] = OWN_STEP.exec(gateway ?? '') ?? [];
    if (rules === undefined || ownTrace === '') return null;
    const theirs = parseTraceparent(traceparent);
    const heeded = theirs !== null && may() ? theirs : null;
    if (heeded?.sampled !== true && !isSampled(ownTrace, rules.sample)) return null;
    const traceId = heeded?.traceId ?? ownTrace;
    const span = new ActiveSpan(this.#parts, {
      service: 'control',
      traceId,
      parentId: gatewaySpan,
      name,
      kind: 'server',
    });
    return { span, answer: `${traceId}-${heeded?.spanId ?? ''}` };
  }
}

/** By the random bits of a trace id of our own. @see W3C Trace Context level 2, random trace id flag */
function isSampled(traceId: string, share: number): boolean {
  return Number.parseInt(traceId.slice(-12), 16) < share * 2 ** 48;
}
