import type { Webhook } from '#declare/template/index.ts';
import { WebhookSender } from './webhook-sender.ts';
import type { WebhookSenderParts } from './webhook-sender.ts';

export interface WebhooksParts extends Omit<WebhookSenderParts, 'webhook'> {
  readonly webhooks: () => ReadonlyMap<string, Webhook> | undefined;
}

/** The webhooks of the template in force, each with what sends to it. */
export class Webhooks implements AsyncDisposable {
  readonly #parts: WebhooksParts;
  readonly #senders = new Map<string, WebhookSender>();
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: WebhooksParts) {
    this.#parts = parts;
  }

  /** Begins with what the template in force names, and ends with what it names no more. */
  settle(): Promise<void> {
    const step = (): Promise<void> => this.#settle(this.#parts.webhooks() ?? new Map<string, Webhook>());
    this.#turn = this.#turn.then(step, step);
    return this.#turn;
  }

  get all(): readonly WebhookSender[] {
    return [...this.#senders.values()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#turn = this.#turn.then(
      () => this.#settle(new Map<string, Webhook>()),
      () => this.#settle(new Map<string, Webhook>()),
    );
    await this.#turn;
  }

  async #settle(wanted: ReadonlyMap<string, Webhook>): Promise<void> {
    for (const [name, sender] of this.#senders) {
      if (JSON.stringify(wanted.get(name)) === JSON.stringify(sender.webhook)) continue;
      await sender.stop();
      this.#senders.delete(name);
    }
    for (const [name, webhook] of wanted) {
      if (!this.#senders.has(name)) this.#senders.set(name, await WebhookSender.start({ ...this.#parts, webhook }));
    }
  }
}
