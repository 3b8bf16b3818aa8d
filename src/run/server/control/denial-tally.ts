import type { AuditEvent, AuditSink, LateAuditSink, Log } from '#base/core/index.ts';

/** Denied calls of one caller that have an entry each within a second; what comes behind them is summed up. */
const ENTRIES_EACH = 8;
/** Callers that are told apart within a second. */
const MOST_CALLERS = 4_096;
const EVERY_MS = 1_000;

interface CallerDenials {
  entries: number;
  /** Calls that have no entry of their own, by reason. */
  readonly more: Map<string, number>;
}

/**
 * Puts denied calls on record without letting a caller fill the log: in each second the first few have an entry each,
 * with what was asked for; the others are counted by caller and reason.
 */
export class DenialTally implements Disposable {
  readonly #audit: AuditSink;
  readonly #owed: LateAuditSink;
  readonly #log: Log;
  readonly #callers = new Map<string, CallerDenials>();
  readonly #timer: NodeJS.Timeout;

  constructor(audit: AuditSink, owed: LateAuditSink, log: Log) {
    this.#audit = audit;
    this.#owed = owed;
    this.#log = log;
    this.#timer = setInterval(() => void this.flush(), EVERY_MS).unref();
  }

  /** Records a decision that denied a call. Resolves when it is in the log or counted. */
  async denied(event: AuditEvent): Promise<void> {
    const caller = this.#callerOf(event.actor);
    if (caller.entries >= ENTRIES_EACH) return count(caller, event.reason ?? 'denied');
    caller.entries++;
    await this.#audit.append(event);
  }

  /** Counts a call that was refused before any decision, such as for its rate. */
  refused(actor: string, reason: string): void {
    count(this.#callerOf(actor), reason);
  }

  /** Puts what was counted into the log, or on what it is owed, and begins anew. */
  async flush(): Promise<void> {
    const callers = [...this.#callers];
    this.#callers.clear();
    for (const [actor, { more }] of callers) {
      for (const [reason, calls] of more) {
        try {
          await this.#owed.appendLate({
            actor,
            action: 'call',
            resource: 'platform:api',
            outcome: 'denied',
            reason,
            detail: { count: calls },
          });
        } catch (error) {
          this.#log.warn({ error: (error as Error).message }, 'denied calls could not be logged');
        }
      }
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #callerOf(actor: string): CallerDenials {
    const place = this.#callers.has(actor) || this.#callers.size < MOST_CALLERS ? actor : 'other';
    const known = this.#callers.get(place) ?? { entries: 0, more: new Map<string, number>() };
    this.#callers.set(place, known);
    return known;
  }
}

/** Reasons are codes of our own, so there are few. */
function count({ more }: CallerDenials, reason: string): void {
  more.set(reason, (more.get(reason) ?? 0) + 1);
}
