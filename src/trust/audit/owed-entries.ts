import { AsyncLocalStorage } from 'node:async_hooks';
import { canonicalJson, formatMicros, hasCode } from '#base/core/index.ts';
import type { AuditEvent, Clock, Json, LateAuditSink, Log } from '#base/core/index.ts';
import { SealedTable, sealedTableSql } from '#base/storage/index.ts';
import type { Catalogue, CatalogueSchema, RowSealer, SealedTableSpec } from '#base/storage/index.ts';
import type { AuditLog, Debts } from './audit-log.ts';

const ID = { id: 'integer' } as const;
const CREATED = { created: 'integer' } as const;

/** Entries that the log is owed, in the order in which they came. */
export const OWED: SealedTableSpec<typeof ID, typeof CREATED, Json> = {
  name: 'audit_owed',
  key: ID,
  clear: CREATED,
  sealed: (value) => value,
};

export const OWED_SCHEMA: CatalogueSchema = { room: 'audit', migrations: [[...sealedTableSql(OWED)]] };

/** Entries that are owed at most; beyond it what they are about has to wait for the log. */
const MOST = 16_384;

export interface OwedEntriesParts {
  readonly catalogue: Catalogue;
  readonly sealer: RowSealer;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly log: Log;
  /** For tests. */
  readonly most?: number;
}

/**
 * What the log is owed while it cannot be written: what the platform does then with what it was given before, counted
 * and bounded. Kept in the catalogue, so that a restart loses none; in the log before any other entry once it can be
 * written. A crash right then may put one there twice, with the same `detail.at`.
 */
export class OwedEntries implements LateAuditSink, Debts {
  readonly #parts: OwedEntriesParts;
  readonly #table: SealedTable<typeof ID, typeof CREATED, Json>;
  readonly #entries: Map<number, AuditEvent>;
  /** Counters that are owed, by what they count. */
  readonly #counters = new Map<string, number>();
  /** Entries are owed within steps of others; they are written past these. */
  readonly #outside = AsyncLocalStorage.snapshot();
  #writing: Promise<unknown> = Promise.resolve();
  #next: number;

  private constructor(
    parts: OwedEntriesParts,
    table: SealedTable<typeof ID, typeof CREATED, Json>,
    entries: Map<number, AuditEvent>,
  ) {
    this.#parts = parts;
    this.#table = table;
    this.#entries = entries;
    this.#next = Math.max(0, ...entries.keys()) + 1;
  }

  /** Reads what was owed when the platform stopped, and has the log take it first. */
  static async open(parts: OwedEntriesParts): Promise<OwedEntries> {
    const { catalogue, sealer, audit } = parts;
    await catalogue.migrate(OWED_SCHEMA);
    const table = new SealedTable(OWED, sealer);
    const rows = await table.list(catalogue);
    const owed = new OwedEntries(parts, table, new Map(rows.map(({ id, sealed }) => [id, sealed as never])));
    audit.owe(owed);
    return owed;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** @throws {AuditError} AUDIT_LOG_UNAVAILABLE where as much is owed as may be */
  async appendLate(event: AuditEvent): Promise<void> {
    try {
      await this.#parts.audit.append(event);
    } catch (error) {
      if (!hasCode(error, 'AUDIT_LOG_UNAVAILABLE')) throw error;
      await this.#owe(event, error);
    }
  }

  oldest(most: number): readonly { readonly id: number; readonly event: AuditEvent }[] {
    return [...this.#entries].slice(0, most).map(([id, event]) => ({ id, event }));
  }

  paid(id: number, event: AuditEvent): void {
    const owed = this.#entries.get(id);
    if (owed === undefined) return;
    const { catalogue, log } = this.#parts;
    const failed = (error: unknown): void =>
      log.error({ error: String(error) }, 'an entry that the log was owed is there, and could not be crossed out');
    if (owed !== event) {
      // Counted on while it was on its way: the rest is owed still.
      const rest = counted(owed, event, -1);
      this.#entries.set(id, rest);
      this.#keep(id, rest).catch(failed);
      return;
    }
    this.#entries.delete(id);
    const counter = counterOf(event);
    if (counter !== null && this.#counters.get(counter) === id) this.#counters.delete(counter);
    this.#write(async () => void (await this.#table.delete(catalogue, { id }))).catch(failed);
  }

  /** Pays what is owed. @throws {AuditError} AUDIT_LOG_UNAVAILABLE */
  async pay(): Promise<void> {
    if (this.size > 0) await this.#parts.audit.pay();
  }

  /** Resolves when the catalogue knows what is owed. */
  async idle(): Promise<void> {
    await this.#writing;
  }

  async #owe(event: AuditEvent, cause: unknown): Promise<void> {
    const counter = counterOf(event);
    const known = counter === null ? undefined : this.#counters.get(counter);
    const before = known === undefined ? undefined : this.#entries.get(known);
    if (before === undefined && this.size >= (this.#parts.most ?? MOST)) throw cause;
    const id = before === undefined || known === undefined ? this.#next++ : known;
    const owed = before === undefined ? late(event, this.#parts.clock) : counted(before, event, 1);
    this.#entries.set(id, owed);
    if (counter !== null) this.#counters.set(counter, id);
    try {
      await this.#keep(id, owed);
    } catch (error) {
      if (before === undefined) this.#entries.delete(id);
      throw error;
    }
  }

  #keep(id: number, owed: AuditEvent): Promise<void> {
    const { catalogue, clock } = this.#parts;
    return this.#write(() => this.#table.put(catalogue, { id, created: clock.now() }, owed as unknown as Json));
  }

  #write<T>(step: () => Promise<T>): Promise<T> {
    const written = this.#writing.then(() => this.#outside(step));
    this.#writing = written.catch(() => undefined);
    return written;
  }
}

function late(event: AuditEvent, clock: Clock): AuditEvent {
  return { ...event, detail: { ...event.detail, late: true, at: formatMicros(clock.now()) } };
}

/** What an entry counts, where a count is all that it says beside what it counts. */
function counterOf({ digest, detail = {}, ...event }: AuditEvent): string | null {
  if (digest !== undefined || typeof detail['count'] !== 'number') return null;
  const { count: _count, late: _late, at: _at, ...rest } = detail;
  return canonicalJson({ ...event, detail: rest });
}

/** An entry that counts what another does, with that one's count added or taken off. */
function counted(entry: AuditEvent, { detail }: AuditEvent, sign: 1 | -1): AuditEvent {
  const count = Number(entry.detail?.['count']) + sign * Number(detail?.['count']);
  return { ...entry, detail: { ...entry.detail, count } };
}
