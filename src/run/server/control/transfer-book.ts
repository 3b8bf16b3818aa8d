import { formatMicros, makeId } from '#base/core/index.ts';
import type { AuditSink, Clock, Json, Micros, Random } from '#base/core/index.ts';
import { SealedTable, sealedTableSql } from '#base/storage/index.ts';
import type { Catalogue, CatalogueSchema, RowSealer } from '#base/storage/index.ts';
import type { RegionTransfer } from '#declare/policy/index.ts';
import type { GapHolder, LogReplay } from '#trust/identity/index.ts';
import { ServerError } from '../errors.ts';

/** What lets personal data out of where they are protected. @see GDPR articles 45 to 49 */
export const TRANSFER_MECHANISMS = [
  'adequacy',
  'standard-clauses',
  'binding-rules',
  'certification',
  'derogation',
] as const;
export type TransferMechanism = (typeof TRANSFER_MECHANISMS)[number];

/** Data of one region may be given to who is in another, and kept there. Times in epoch microseconds. */
export interface Transfer extends RegionTransfer {
  readonly id: string;
  readonly mechanism: TransferMechanism;
  /** Where it is written down. */
  readonly document: string;
  readonly expires: number;
  readonly recorded: number;
  /** When it was ended before it expired; null where it was not. */
  readonly ended: number | null;
}

export type TransferRequest = Pick<Transfer, 'from' | 'to' | 'mechanism' | 'document' | 'expires'>;

export interface TransferParts {
  readonly catalogue: Catalogue;
  readonly sealer: RowSealer;
  readonly audit: AuditSink;
  readonly clock: Clock;
  readonly random: Random;
}

const TRANSFERS = {
  name: 'transfers_recorded',
  key: { id: 'text' },
  clear: { recorded: 'integer', expires: 'integer', ended: 'integer?' },
  // The tag vouches that it is what `record` put there.
  sealed: (value: Json) => value as unknown as Pick<Transfer, 'from' | 'to' | 'mechanism' | 'document'> & Json,
} as const;

const SCHEMA: CatalogueSchema = { room: 'transfers', migrations: [sealedTableSql(TRANSFERS)] };

const END = 'end-transfer';

/** The register of transfers between regions: what decisions about regions go by. */
export class TransferBook implements GapHolder {
  readonly #parts: TransferParts;
  readonly #table: SealedTable<typeof TRANSFERS.key, typeof TRANSFERS.clear, ReturnType<typeof TRANSFERS.sealed>>;
  #all: readonly Transfer[] = [];

  private constructor(parts: TransferParts) {
    this.#parts = parts;
    this.#table = new SealedTable(TRANSFERS, parts.sealer);
  }

  static async open(parts: TransferParts): Promise<TransferBook> {
    await parts.catalogue.migrate(SCHEMA);
    const book = new TransferBook(parts);
    await book.#reread();
    return book;
  }

  /** All that were ever recorded, oldest first. */
  list(): readonly Transfer[] {
    return this.#all;
  }

  /** Those that count now. */
  inForce(): readonly Transfer[] {
    const now = this.#parts.clock.now();
    return this.#all.filter(({ ended, expires }) => ended === null && expires > now);
  }

  /** Records a transfer; logged first. @throws {ServerError} SERVER_TRANSFER_INVALID */
  async record(actor: string, request: TransferRequest): Promise<Transfer> {
    const { catalogue, audit, clock, random } = this.#parts;
    const { from, to, mechanism, document, expires } = request;
    const recorded = clock.now();
    if (from === to) throw invalid('it ends where it begins', 'Name two regions');
    if (expires <= recorded) throw invalid('it has expired already', 'Name a time to come with --until');
    const transfer: Transfer = { ...request, id: makeId(clock, random), recorded, ended: null };
    await audit.append({
      actor,
      action: 'record-transfer',
      resource: `transfer:${transfer.id}`,
      outcome: 'done',
      detail: { from, to, mechanism, document: document.slice(0, 256), until: formatMicros(expires as Micros) },
    });
    const { id, ended } = transfer;
    await catalogue.transaction((tx) =>
      this.#table.insert(tx, { id, recorded, expires, ended }, { from, to, mechanism, document }),
    );
    await this.#reread();
    return transfer;
  }

  /** Ends a transfer: from the next decision on it does not count. @throws {ServerError} SERVER_TRANSFER_UNKNOWN */
  async end(actor: string, id: string): Promise<void> {
    if (!this.inForce().some((transfer) => transfer.id === id)) {
      throw new ServerError('SERVER_TRANSFER_UNKNOWN', `Cannot end transfer ${id}: no such transfer is in force`, {
        hint: 'See those that are with `npm run -s weir -- transfer list`',
      });
    }
    await this.#parts.audit.append({ actor, action: END, resource: `transfer:${id}`, outcome: 'done' });
    await this.#end(new Map([[id, this.#parts.clock.now()]]));
  }

  /** What the log says was ended stays so, whatever catalogue there is. */
  replay(): LogReplay {
    const ended = new Map<string, Micros>();
    return {
      take: ({ event: { action, resource, outcome }, time }) => {
        if (action === END && outcome === 'done') ended.set(resource.slice('transfer:'.length), time);
      },
      apply: () => this.#end(ended),
    };
  }

  /** After a gap nobody knows what was ended: all are, and are recorded anew. */
  async suspend(): Promise<number> {
    const standing = this.inForce();
    const now = this.#parts.clock.now();
    for (const { id } of standing) {
      const event = { actor: 'weir:control', action: END, resource: `transfer:${id}`, outcome: 'done' } as const;
      await this.#parts.audit.append({ ...event, reason: 'log-gap' });
    }
    await this.#end(new Map(standing.map(({ id }) => [id, now])));
    return standing.length;
  }

  async #end(ended: ReadonlyMap<string, Micros>): Promise<void> {
    if (ended.size === 0) return;
    await this.#parts.catalogue.transaction(async (tx) => {
      for (const [id, time] of ended) {
        const row = await this.#table.get(tx, { id });
        if (row === null || row.ended !== null) continue;
        const { sealed, ...clear } = row;
        await this.#table.put(tx, { ...clear, ended: time }, sealed);
      }
    });
    await this.#reread();
  }

  async #reread(): Promise<void> {
    const rows = await this.#table.list(this.#parts.catalogue, { order: ['recorded', 'id'] });
    this.#all = rows.map(({ id, recorded, expires, ended, sealed }) => ({
      id,
      from: sealed.from,
      to: sealed.to,
      mechanism: sealed.mechanism,
      document: sealed.document,
      recorded,
      expires,
      ended,
    }));
  }
}

function invalid(why: string, hint: string): ServerError {
  return new ServerError('SERVER_TRANSFER_INVALID', `Cannot record transfer: ${why}`, { hint });
}
