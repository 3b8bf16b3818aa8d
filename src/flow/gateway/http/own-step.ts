import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Clock, Random, Span } from '#base/core/index.ts';
import { makeTrace } from '#base/core/index.ts';

/**
 * The header in which the gateway names its own step of a request to control, `<trace id>-<span id>`, and in which
 * control says whether the request is traced, and as part of what: `<trace id>-<parent id or nothing>`. It comes from
 * and goes to nobody else.
 */
export const TRACE_HEADER = 'x-weir-trace';

const ANSWER = /^([0-9a-f]{32})-([0-9a-f]{16})?$/;
const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];

export interface OwnStepParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly traced: (span: Span) => void;
}

/** The gateway's step of one request: from its first line to the end of its answer, waits for a turn included. */
export class OwnStep {
  readonly #parts: OwnStepParts;
  readonly #start: Span['start'];
  readonly #trace: ReturnType<typeof makeTrace>;

  constructor(parts: OwnStepParts) {
    this.#parts = parts;
    this.#start = parts.clock.now();
    this.#trace = makeTrace(parts.random);
  }

  /** For control. */
  get field(): string {
    return `${this.#trace.traceId}-${this.#trace.spanId}`;
  }

  /** Tells of the step once the answer has ended, where control says that the request is traced. */
  answered({ [TRACE_HEADER]: said }: IncomingHttpHeaders, method: string, response: ServerResponse): void {
    const [, traceId, parentId = null] = ANSWER.exec(typeof said === 'string' ? said : '') ?? [];
    if (traceId === undefined) return;
    const known = METHODS.includes(method) ? method : '_OTHER';
    response.once('close', () => {
      const whole = response.writableFinished;
      this.#parts.traced({
        service: 'gateway',
        traceId,
        spanId: this.#trace.spanId,
        parentId,
        // Paths name devices and people: the route stands in control's step.
        name: known === '_OTHER' ? 'HTTP' : known,
        kind: 'server',
        start: this.#start,
        end: this.#parts.clock.now(),
        attributes: {
          'http.request.method': known,
          'http.response.status_code': response.statusCode,
          'url.scheme': 'https',
        },
        error: whole ? (response.statusCode >= 500 ? String(response.statusCode) : null) : 'broken-off',
      });
    });
  }
}
