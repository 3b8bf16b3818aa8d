import type { Clock, Json } from '#base/core/index.ts';
import { SealedTable, sealedTableSql } from '#base/storage/index.ts';
import type { Catalogue, CatalogueSchema, RowSealer } from '#base/storage/index.ts';

/** How far alerts were sent to a webhook, and how that goes. */
export type WebhookState = {
  /** Where it is; another address begins anew with what failed. */
  readonly url: string;
  /** Alerts that changed up to here are dealt with. */
  readonly after: number;
  readonly delivered: number;
  /** Messages that were not taken for three days, or that came back as never to be sent again. */
  readonly givenUp: number;
  /** How often the message that is next was tried; 0 where it was not. */
  readonly tries: number;
  /** Epoch microseconds; null where it may be tried at once. */
  readonly nextTry: number | null;
  readonly last: { readonly at: number; readonly status: number | null; readonly problem: string | null } | null;
  /** Whether the receiver said that it is there no more. */
  readonly gone: boolean;
};

const STATES = {
  name: 'webhooks_state',
  key: { name: 'text' },
  clear: { reached: 'integer', updated: 'integer' },
  sealed: (value: Json) => value as unknown as { readonly state: WebhookState } & Json,
} as const;

/** The table of webhooks. */
export const WEBHOOK_SCHEMA: CatalogueSchema = { room: 'webhooks', migrations: [[...sealedTableSql(STATES)]] };

/** The states of webhooks, kept sealed: an address may hold what opens it. */
export class WebhookBook {
  readonly #catalogue: Catalogue;
  readonly #clock: Clock;
  readonly #table;

  /** The catalogue must have the table. */
  constructor(catalogue: Catalogue, sealer: RowSealer, clock: Clock) {
    this.#catalogue = catalogue;
    this.#clock = clock;
    this.#table = new SealedTable(STATES, sealer);
  }

  async find(name: string): Promise<WebhookState | null> {
    return (await this.#table.get(this.#catalogue, { name }))?.sealed.state ?? null;
  }

  async keep(name: string, state: WebhookState): Promise<void> {
    const row = { name, reached: state.after, updated: this.#clock.now() };
    await this.#catalogue.transaction((tx) => this.#table.put(tx, row, { state }));
  }
}
