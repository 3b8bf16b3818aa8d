import type { Clock, Random, Span, SpanAttributes } from '#base/core/index.ts';
import { hasCode, makeSpanId } from '#base/core/index.ts';
import { PlatformError } from '#base/core/index.ts';

export interface SpanParts {
  readonly clock: Clock;
  readonly random: Random;
  /** Takes a span that has ended; never waits. */
  readonly emit: (span: Span) => void;
}

interface SpanBegin {
  readonly service: string;
  readonly traceId: string;
  readonly parentId: string | null;
  readonly name: string;
  readonly kind: Span['kind'];
}

/** A step that is being taken. */
export class ActiveSpan {
  readonly #parts: SpanParts;
  readonly #begin: SpanBegin & { readonly spanId: string; readonly start: Span['start'] };
  #attributes: SpanAttributes = {};
  #ended = false;

  constructor(parts: SpanParts, begin: SpanBegin) {
    this.#parts = parts;
    this.#begin = { ...begin, spanId: makeSpanId(parts.random), start: parts.clock.now() };
  }

  set(attributes: SpanAttributes): void {
    this.#attributes = { ...this.#attributes, ...attributes };
  }

  /** A step of this one. */
  child(name: string, attributes: SpanAttributes = {}): ActiveSpan {
    const { service, traceId, spanId } = this.#begin;
    const child = new ActiveSpan(this.#parts, { service, traceId, parentId: spanId, name, kind: 'internal' });
    child.set(attributes);
    return child;
  }

  /** A step of this one that another process has taken. */
  taken(service: string, name: string, start: Span['start'], end: Span['end']): void {
    const { traceId, spanId: parentId } = this.#begin;
    const spanId = makeSpanId(this.#parts.random);
    const attributes = {};
    this.#parts.emit({ service, traceId, spanId, parentId, name, kind: 'server', start, end, attributes, error: null });
  }

  /** Ends it, once. */
  end(error: string | null = null): void {
    if (this.#ended) return;
    this.#ended = true;
    const end = this.#parts.clock.now();
    this.#parts.emit({ ...this.#begin, end, attributes: this.#attributes, error });
  }
}

/** Takes a step of a traced request; of others it is taken without a word. */
export async function traced<T>(
  parent: ActiveSpan | null | undefined,
  name: string,
  step: (span: ActiveSpan | null) => Promise<T> | T,
): Promise<T> {
  const span = parent?.child(name) ?? null;
  try {
    const result = await step(span);
    span?.end();
    return result;
  } catch (error) {
    span?.end(errorWord(error));
    throw error;
  }
}

/** A word for an error: its code, which is of a closed set. */
export function errorWord(error: unknown): string {
  return error instanceof PlatformError && hasCode(error, error.code) ? error.code : 'fault';
}
