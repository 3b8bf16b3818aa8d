import type { AuditEvent, AuditReceipt, AuditSink, Clock } from '#base/core/index.ts';

const HOUR_US = 3_600_000_000;

/** A sink that counts what it took by hour, action and outcome, for the view `_log_counts`. */
export class CountedAudit implements AuditSink {
  readonly #sink: AuditSink;
  readonly #clock: Clock;
  readonly #counts = new Map<string, number>();

  constructor(sink: AuditSink, clock: Clock) {
    this.#sink = sink;
    this.#clock = clock;
  }

  async append(event: AuditEvent): Promise<AuditReceipt> {
    const receipt = await this.#sink.append(event);
    this.count(event, this.#clock.now());
    return receipt;
  }

  /** Counts an entry that is in the log already, as at start. @param time epoch microseconds */
  count({ action, outcome }: Pick<AuditEvent, 'action' | 'outcome'>, time: number): void {
    const key = `${Math.floor(time / HOUR_US) * HOUR_US} ${action} ${outcome}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** Rows of hour, action, outcome and count. */
  rows(): readonly (readonly [number, string, string, number])[] {
    return [...this.#counts].map(([key, count]) => {
      const [time = '', action = '', outcome = ''] = key.split(' ');
      return [Number(time), action, outcome, count] as const;
    });
  }
}
