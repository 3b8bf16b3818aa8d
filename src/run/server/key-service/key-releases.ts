import { toBase64 } from '#base/core/index.ts';
import type { AuditSink, Clock, Json } from '#base/core/index.ts';
import { SealedTable, sealedTableSql } from '#base/storage/index.ts';
import type { Catalogue, CatalogueSchema, RowSealer } from '#base/storage/index.ts';
import type { Decision } from '#declare/policy/index.ts';
import { receiptOf } from '#flow/store/index.ts';
import type { Retention, Segment } from '#flow/store/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import type { Caller } from '../api/caller.ts';
import { ApiError } from '../api/errors.ts';
import type { SegmentHost } from '../control/segment-host.ts';

const RELEASED = {
  name: 'keyservice_released',
  key: { subject: 'text', segment: 'text', column: 'text' },
  clear: { time: 'integer' },
  /** Purposes that it was released for; null in rows of before. */
  sealed: (value: Json) => value as readonly (string | null)[] | null,
} as const;

const SCHEMA: CatalogueSchema = { room: 'keyservice', migrations: [sealedTableSql(RELEASED)] };

/** What stands between a subject and the keys of a stream's segments, or what it may have of them. */
export interface ExportSight {
  readonly decision: Decision;
  /** Why rows or values of the stream may be seen through the platform alone: `consent`, `privacy`, `erasure`; or null. */
  readonly obligation: string | null;
}

export interface KeyReleasesParts {
  readonly catalogue: Catalogue;
  readonly sealer: RowSealer;
  readonly segments: Pick<SegmentHost, 'active'>;
  readonly keys: Pick<KeyRing, 'unwrapDataKeys'>;
  readonly audit: AuditSink;
  readonly clock: Clock;
  /** Decides anew about exporting a stream. */
  readonly sight: (caller: Caller, stream: string, purpose: string | null) => Promise<ExportSight>;
  /** Whether tokens of a domain are shown as they are stored. */
  readonly isAsStored: (domain: string) => boolean;
  /** Whether a segment has rows that are to go: kept no longer, or on their way out. */
  readonly isGoing: (segment: Segment) => boolean;
}

/** Which key a handle stands for; the footer's has no column. */
interface Place {
  readonly segment: Segment;
  readonly column: string | null;
}

/**
 * Releases data keys of sealed segments to those who may export the stream and see all of it as it is stored. What was
 * released stays readable for whoever has the object: there is no taking back, only no more releases.
 */
export class KeyReleases {
  readonly #parts: KeyReleasesParts;
  readonly #table: SealedTable<typeof RELEASED.key, typeof RELEASED.clear, readonly (string | null)[] | null>;
  #places: { readonly of: readonly Segment[]; readonly byHandle: ReadonlyMap<string, Place> } | null = null;

  private constructor(parts: KeyReleasesParts) {
    this.#parts = parts;
    this.#table = new SealedTable(RELEASED, parts.sealer);
  }

  static async open(parts: KeyReleasesParts): Promise<KeyReleases> {
    await parts.catalogue.migrate(SCHEMA);
    return new KeyReleases(parts);
  }

  /**
   * The data key behind the handle that a segment's key material names, in base64.
   *
   * @throws {ApiError} API_KEY_FORBIDDEN: the same whether there is no such key or it is not for this subject; with the
   *   reason where the subject may export the stream and something has to be done to its rows first
   */
  async unwrap(caller: Caller, handle: string, purpose: string | null): Promise<string> {
    const place = (await this.#placesNow()).get(handle);
    if (place === undefined) throw forbidden();
    const { segment, column } = place;
    const { decision, obligation } = await this.#parts.sight(caller, segment.stream, purpose);
    const refusal = this.#refusalOf(place, decision, obligation);
    if (refusal !== null) {
      await this.#log(caller, place, purpose, decision, refusal);
      throw refusal === 'not-granted' ? forbidden() : obliged(segment.stream, refusal);
    }
    const key = { subject: caller.subject.id, segment: segment.id, column: column ?? '' };
    const told = (await this.#table.get(this.#parts.catalogue, key))?.sealed ?? [];
    const isNew = !told.includes(purpose);
    if (isNew) await this.#log(caller, place, purpose, decision, null);
    const use = { actor: caller.actor, resource: `segment:${segment.id}`, logged: true } as const;
    const found = (await this.#parts.keys.unwrapDataKeys(use, [handle])).get(handle);
    if (found === undefined) throw forbidden();
    if (isNew) {
      const time = this.#parts.clock.now();
      await this.#parts.catalogue.transaction((tx) => this.#table.put(tx, { ...key, time }, [...told, purpose]));
    }
    return toBase64(found.exportBytes());
  }

  /** Forgets what was released of segments that are gone. */
  async tend(): Promise<void> {
    const { catalogue, segments } = this.#parts;
    const active = new Set((await segments.active()).map(({ id }) => id));
    const rows = await this.#table.list(catalogue);
    await catalogue.transaction(async (tx) => {
      for (const { subject, segment, column } of rows) {
        if (!active.has(segment)) await this.#table.delete(tx, { subject, segment, column });
      }
    });
  }

  #refusalOf({ segment, column }: Place, { effect, obligations }: Decision, obligation: string | null): string | null {
    if (effect === 'deny' || obligations === null) return 'not-granted';
    const seen = obligations.columns.find(({ name }) => name === column);
    if (column === null ? obligations.columns.length === 0 : seen === undefined) return 'not-granted';
    if (obligations.rowFilter !== null) return 'row-filter';
    if (seen !== undefined && seen.mask !== null) return 'mask';
    if (obligation !== null) return obligation;
    const tokens = segment.columns.find(({ name }) => name === column)?.tokens;
    if (tokens !== undefined && !this.#parts.isAsStored(tokens.domain)) return 'tokens';
    return this.#parts.isGoing(segment) ? 'erasure' : null;
  }

  async #log(
    caller: Caller,
    { segment, column }: Place,
    purpose: string | null,
    { policies }: Decision,
    refusal: string | null,
  ): Promise<void> {
    await this.#parts.audit.append({
      actor: caller.actor,
      action: 'release-key',
      resource: `segment:${segment.id}`,
      ...(purpose === null ? {} : { purpose }),
      outcome: refusal === null ? 'allowed' : 'denied',
      ...(refusal === null ? {} : { reason: refusal }),
      detail: {
        stream: segment.stream,
        column: column ?? 'footer',
        ...(policies.length === 0 ? {} : { policies: policies.join(' ').slice(0, 512) }),
      },
    });
  }

  async #placesNow(): Promise<ReadonlyMap<string, Place>> {
    const segments = await this.#parts.segments.active();
    if (this.#places?.of === segments) return this.#places.byHandle;
    const byHandle = new Map<string, Place>();
    for (const segment of segments) {
      byHandle.set(segment.footerHandle, { segment, column: null });
      for (const { handle, name } of segment.columns) byHandle.set(handle, { segment, column: name });
    }
    this.#places = { of: segments, byHandle };
    return byHandle;
  }
}

/** A stream that is not there, or not for this subject. */
export const NO_SIGHT: ExportSight = {
  decision: { effect: 'deny', reason: 'not-granted', rule: 'default-deny', policies: [], obligations: null },
  obligation: null,
};

/** Whether rows of a segment are kept no longer, and wait to be cut out. */
export function isGoing(segment: Segment, retention: Pick<Retention, 'keptFrom'>): boolean {
  const keptFrom = retention.keptFrom(segment.stream);
  return keptFrom !== null && receiptOf(segment).first < keptFrom;
}

function forbidden(): ApiError {
  return new ApiError('API_KEY_FORBIDDEN', 'Cannot release key: there is none by that handle that you may have', {
    hint: 'Keys are released to who may export the stream, for its purpose, and sees the column in clear',
  });
}

function obliged(stream: string, why: string): ApiError {
  const words: Readonly<Record<string, string>> = {
    'row-filter': 'you see some of its rows alone',
    mask: 'you see this column masked',
    consent: 'its rows are there by consent',
    privacy: 'it is protected by a privacy budget',
    tokens: 'its tokens are shown under a key that was rotated',
    erasure: 'some of its rows are to go',
  };
  return new ApiError(
    'API_KEY_FORBIDDEN',
    `Cannot release key of ${stream}: ${words[why] ?? why}: use a dataset or a query`,
    { hint: 'weir dataset create, or weir query, which see to that' },
  );
}
