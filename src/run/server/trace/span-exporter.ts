import type { Clock, Log, Span, SpanAttributes } from '#base/core/index.ts';
import type { TraceRules } from '#declare/template/index.ts';
import type { IssuerFetch } from '#trust/identity/index.ts';
import type { MetricFamily } from '../api/metrics-text.ts';
import { formatOtlp } from './otlp.ts';

export interface SpanExporterParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly rules: () => TraceRules | undefined;
  /** Fields of a file that the template names, sent with each request. */
  readonly headers: (file: string) => Promise<Readonly<Record<string, string>>>;
  readonly fetch: IssuerFetch;
  readonly resource: SpanAttributes;
}

/** Spans that wait to be sent; what comes beyond is dropped. */
const MOST_WAITING = 2_048;
const MOST_AT_ONCE = 512;
const EVERY_MS = 2_000;
/** A collector that does not answer is asked again so late at most. */
const MOST_PAUSE_MS = 60_000;
/** Answers after which the same may be sent again. @see OTLP specification, section Retryable Response Codes */
const AGAIN: readonly number[] = [429, 502, 503, 504];

/**
 * Sends spans to a collector over OTLP/HTTP as JSON. Whoever hands one over never waits: what there is no room for is
 * dropped and counted, and so is what the collector refuses.
 */
export class SpanExporter implements AsyncDisposable {
  readonly #parts: SpanExporterParts;
  readonly #timer: NodeJS.Timeout;
  #waiting: Span[] = [];
  #sending: Promise<void> | null = null;
  #pauseMs = 0;
  #notBefore = 0;
  #counts = { exported: 0, dropped: 0, refused: 0 };

  constructor(parts: SpanExporterParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#send(), EVERY_MS).unref();
  }

  get counts(): Readonly<Record<'exported' | 'dropped' | 'refused', number>> {
    return this.#counts;
  }

  add(span: Span): void {
    if (this.#parts.rules() === undefined) return;
    if (this.#waiting.length >= MOST_WAITING) {
      this.#counts.dropped++;
      return;
    }
    this.#waiting.push(span);
    if (this.#waiting.length >= MOST_AT_ONCE) this.#send();
  }

  families(): readonly MetricFamily[] {
    const samples = Object.entries(this.#counts).map(([outcome, value]) => ({ labels: { outcome }, value }));
    return [{ name: 'weir_trace_spans_total', kind: 'counter', help: 'Spans of traces by outcome.', samples }];
  }

  /** Sends what waits, once. */
  async flush(): Promise<void> {
    await this.#sending;
    this.#notBefore = 0;
    this.#send();
    await this.#sending;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  #send(): void {
    const rules = this.#parts.rules();
    if (this.#sending !== null || this.#waiting.length === 0) return;
    if (rules === undefined || this.#parts.clock.monotonicMs() < this.#notBefore) return;
    const spans = this.#waiting.splice(0, MOST_AT_ONCE);
    this.#sending = this.#post(rules, spans)
      .then((outcome) => this.#settle(spans, outcome))
      .finally(() => {
        this.#sending = null;
      });
  }

  /** @returns how many were refused; null where they may be sent again */
  async #post(rules: TraceRules, spans: readonly Span[]): Promise<number | null> {
    try {
      const more = rules.headers === null ? {} : await this.#parts.headers(rules.headers);
      const answer = await this.#parts.fetch(
        rules.endpoint,
        {
          method: 'POST',
          headers: { ...more, 'content-type': 'application/json' },
          body: JSON.stringify(formatOtlp(spans, this.#parts.resource)),
        },
        null,
      );
      if (answer.status === 200) return rejectedOf(await answer.text(), spans.length);
      this.#parts.log.warn({ status: answer.status }, 'the collector of traces does not take spans');
      return AGAIN.includes(answer.status) ? null : spans.length;
    } catch (error) {
      this.#parts.log.warn({ error: (error as Error).message }, 'the collector of traces cannot be reached');
      return null;
    }
  }

  #settle(spans: readonly Span[], rejected: number | null): void {
    if (rejected !== null) {
      this.#pauseMs = 0;
      this.#counts.refused += rejected;
      this.#counts.exported += spans.length - rejected;
      return;
    }
    this.#pauseMs = Math.min(MOST_PAUSE_MS, Math.max(EVERY_MS, this.#pauseMs * 2));
    this.#notBefore = this.#parts.clock.monotonicMs() + this.#pauseMs;
    const room = MOST_WAITING - this.#waiting.length;
    this.#counts.dropped += Math.max(0, spans.length - room);
    this.#waiting = [...spans.slice(0, room), ...this.#waiting];
  }
}

/** @see ExportTracePartialSuccess.rejected_spans */
function rejectedOf(body: string, most: number): number {
  try {
    const { partialSuccess } = JSON.parse(body) as { partialSuccess?: { rejectedSpans?: string | number } };
    const rejected = Number(partialSuccess?.rejectedSpans ?? 0);
    return Number.isSafeInteger(rejected) ? Math.min(most, Math.max(0, rejected)) : 0;
  } catch {
    return 0;
  }
}
