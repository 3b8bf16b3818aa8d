import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from '#base/core/index.ts';
import type { AuditSink, Clock, Log, Random } from '#base/core/index.ts';
import type { Webhook } from '#declare/template/index.ts';
import { SEVERITIES } from '#watch/detect/index.ts';
import { isOfProber, parseWebhookSecret, retryDelay, webhookHeaders } from '#watch/respond/index.ts';
import type { Alert, AlertBook } from '#watch/respond/index.ts';
import type { WebhookAnswer, WebhookMessage } from './post-webhook.ts';
import type { WebhookBook, WebhookState } from './webhook-book.ts';
import { webhookMessage } from './webhook-message.ts';

export interface WebhookSenderParts {
  readonly webhook: Webhook;
  readonly book: WebhookBook;
  readonly alerts: Pick<AlertBook, 'changedAfter' | 'onChange' | 'latestChange'>;
  readonly audit: AuditSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The text of a file in the folder of webhooks. */
  readonly readFile: (name: string) => Promise<string>;
  /** Whether what shows readings of a stream may be given to a receiver, wherever that stands. */
  readonly mayBeSent: (stream: string | null, webhook: Webhook) => boolean;
  readonly post: (message: WebhookMessage) => Promise<WebhookAnswer>;
  /** Milliseconds before the next try; as `retryDelay` has it by default. */
  readonly delay?: typeof retryDelay;
}

/** A message that was not taken for so long is given up, in microseconds. */
export const GIVEN_UP_AFTER = 3 * 86_400_000_000;
/** The answer of a receiver that is there no more. @see RFC 9110 section 15.5.11 */
const GONE = 410;
/** What may be wrong outside of the platform: it is told, and tried again. */
const EXPECTED = ['SERVER_WEBHOOK_UNREACHABLE', 'SERVER_WEBHOOK_FILE', 'RESPOND_WEBHOOK_SECRET'];

/**
 * Sends alerts to one webhook, one after the other in the order of their changes. Alerts themselves are the queue: what
 * is kept is how far it is, so that a message is sent at least once, whatever crashes, and what was erased meanwhile is
 * not sent at all. An alert that changes again before it was sent is sent as it is then.
 */
export class WebhookSender {
  readonly #parts: WebhookSenderParts;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #state: WebhookState;
  #publicKey: string | null = null;
  #rouse: (() => void) | null = null;
  /** How many changes were heard of. */
  #heard = 0;

  private constructor(parts: WebhookSenderParts, state: WebhookState) {
    this.#parts = parts;
    this.#state = state;
    this.#done = this.#run();
  }

  /** One that is new begins with what changes from now on. */
  static async start(parts: WebhookSenderParts): Promise<WebhookSender> {
    const { webhook, book, alerts } = parts;
    const { url, name } = webhook;
    const known = await book.find(name);
    const begun = { url, after: alerts.latestChange, delivered: 0, givenUp: 0 };
    // At another address what failed at the last one means nothing.
    const state =
      known?.url === url ? known : { ...(known ?? begun), url, tries: 0, nextTry: null, last: null, gone: false };
    await book.keep(name, state);
    return new WebhookSender(parts, state);
  }

  get webhook(): Webhook {
    return this.#parts.webhook;
  }

  get state(): WebhookState {
    return this.#state;
  }

  /** With which a receiver verifies; null where it shares the secret, or that was not read yet. */
  get publicKey(): string | null {
    return this.#publicKey;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#rouse?.();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { alerts, log, clock } = this.#parts;
    const { signal } = this.#stop;
    using _heard = alerts.onChange(() => {
      this.#heard += 1;
      this.#rouse?.();
    });
    while (!signal.aborted && !this.#state.gone) {
      try {
        const wait = ((this.#state.nextTry ?? 0) - clock.now()) / 1_000;
        if (wait > 0) {
          await sleep(wait, undefined, { signal }).catch(() => undefined);
          continue;
        }
        const heard = this.#heard;
        const alert = await this.#next();
        if (alert === null) await this.#changed(heard);
        else await this.#send(alert);
      } catch (error) {
        log.error({ error: String(error), webhook: this.webhook.name }, 'alerts could not be sent, trying on');
        await sleep(5_000, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** The next alert that the webhook wants; null where there is none. */
  async #next(): Promise<Alert | null> {
    const least = SEVERITIES.indexOf(this.webhook.severity);
    for await (const alert of this.#parts.alerts.changedAfter(this.#state.after)) {
      const isWanted = !isOfProber(alert) && SEVERITIES.indexOf(alert.severity) >= least;
      if (isWanted && this.#parts.mayBeSent(alert.stream, this.webhook)) return alert;
      this.#state = { ...this.#state, after: alert.changed };
    }
    return null;
  }

  /** Waits for a change beyond those that were heard of. */
  async #changed(heard: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#rouse = resolve;
      if (this.#stop.signal.aborted || this.#heard !== heard) resolve();
    });
    this.#rouse = null;
  }

  async #send(alert: Alert): Promise<void> {
    const { clock, random, delay = retryDelay } = this.#parts;
    const outcome = await this.#try(alert);
    const at = clock.now();
    const last = { at, status: outcome.status, problem: outcome.problem };
    const before = this.#state;
    const through = { after: alert.changed, tries: 0, nextTry: null, last };
    if (outcome.status !== null && outcome.status >= 200 && outcome.status < 300) {
      if (before.tries > 0) await this.#note('done', null, { tries: before.tries + 1 });
      await this.#keep({ ...before, ...through, delivered: before.delivered + 1 });
      return;
    }
    const tries = before.tries + 1;
    if (outcome.status === GONE) {
      await this.#note('failed', 'gone', { status: GONE });
      await this.#keep({ ...before, tries, last, gone: true });
      return;
    }
    if (at - alert.changed > GIVEN_UP_AFTER) {
      await this.#note('failed', 'given-up', { tries });
      await this.#keep({ ...before, ...through, givenUp: before.givenUp + 1 });
      return;
    }
    if (tries === 1) {
      const reason = outcome.status === null ? 'unreachable' : 'refused';
      await this.#note('failed', reason, outcome.status === null ? {} : { status: outcome.status });
    }
    const [byte = 0] = random.bytes(1);
    const nextTry = at + delay(tries, byte / 255, outcome.retryAfter) * 1_000;
    await this.#keep({ ...before, tries, nextTry, last });
  }

  async #try(alert: Alert): Promise<{ status: number | null; retryAfter: number | null; problem: string | null }> {
    const { webhook, readFile, post, clock } = this.#parts;
    const { name, url, network, secret, authority } = webhook;
    try {
      // Read anew each time, so that another secret counts at once.
      const signer = parseWebhookSecret(await readFile(secret));
      this.#publicKey = signer.publicKey;
      const ca = authority === null ? null : await readFile(authority);
      const { id, body } = webhookMessage(name, alert);
      const headers = webhookHeaders(signer, { id, at: Math.floor(clock.now() / 1_000_000), body });
      const { status, retryAfter } = await post({ url, network, authority: ca, headers, body });
      return { status, retryAfter, problem: null };
    } catch (error) {
      if (!EXPECTED.some((code) => hasCode(error, code))) throw error;
      return { status: null, retryAfter: null, problem: (error as Error).message };
    }
  }

  async #keep(state: WebhookState): Promise<void> {
    await this.#parts.book.keep(this.webhook.name, state);
    this.#state = state;
  }

  /** Tells the log when it begins to fail, is given up, and works again. */
  async #note(
    outcome: 'done' | 'failed',
    reason: string | null,
    detail: Readonly<Record<string, number>>,
  ): Promise<void> {
    const { audit, log, webhook } = this.#parts;
    log.warn({ webhook: webhook.name, outcome, reason, ...detail }, 'alerts are sent to a webhook');
    await audit.append({
      actor: 'weir:watch',
      action: 'deliver-alerts',
      resource: `webhook:${webhook.name}`,
      outcome,
      ...(reason === null ? {} : { reason }),
      detail,
    });
  }
}
