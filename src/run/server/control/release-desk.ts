import { concatBytes, decodeUtf8, makeId } from '#base/core/index.ts';
import type { AuditSink, Clock, Json, Random } from '#base/core/index.ts';
import { SealedTable, sealedTableSql } from '#base/storage/index.ts';
import type { Catalogue, CatalogueSchema, RowSealer } from '#base/storage/index.ts';
import { requireAllowed } from '#declare/policy/index.ts';
import type { DecisionPoint } from '#declare/policy/index.ts';
import type { Template } from '#declare/template/index.ts';
import { readRisk, releaseSql, riskSql } from '#flow/query/index.ts';
import type { ReleaseRisk, ReleaseShape, ResultFormat } from '#flow/query/index.ts';
import type { Caller } from '../api/caller.ts';
import { ApiError } from '../api/errors.ts';
import type { StreamedReply } from '../api/streamed-reply.ts';

/** `waiting` for somebody else who approves; `refused` where nothing would be left. */
export const RELEASE_STATES = ['allowed', 'waiting', 'refused'] as const;
export type ReleaseState = (typeof RELEASE_STATES)[number];

/** A release that was weighed. */
export interface Release {
  readonly id: string;
  readonly state: ReleaseState;
  readonly shape: ReleaseShape;
  readonly purpose: string | null;
  readonly risk: ReleaseRisk;
  /** As the log names them. */
  readonly askedBy: string;
  readonly approvedBy: string | null;
  /** Epoch microseconds, as is `expires`. */
  readonly created: number;
  readonly expires: number;
}

const RELEASES = {
  name: 'releases_asked',
  key: { id: 'text' },
  clear: { state: 'text', created: 'integer', expires: 'integer' },
  sealed: (value: Json) =>
    value as unknown as {
      readonly release: Omit<Release, 'id' | 'state' | 'created' | 'expires'> & { readonly asker: string };
    } & Json,
} as const;

const SCHEMA: CatalogueSchema = { room: 'releases', migrations: [sealedTableSql(RELEASES)] };

/** A release is exported within a day, or weighed anew. */
const LIFE_US = 86_400_000_000;
const MOST_LISTED = 200;
/** Groups of fewer persons are never let out. */
export const LEAST_K = 5;

/** A statement of a release, as the query service takes it. */
export interface ReleaseQuery {
  readonly sql: string;
  readonly parameters: readonly never[];
  readonly purpose: string | null;
  readonly format: ResultFormat;
}

export interface ReleaseParts {
  readonly catalogue: Catalogue;
  readonly sealer: RowSealer;
  readonly audit: AuditSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly decisions: DecisionPoint;
  readonly template: () => Template;
  readonly queries: {
    run(caller: Caller, request: ReleaseQuery, signal: AbortSignal): Promise<StreamedReply>;
    exportedColumns(caller: Caller, relation: string, purpose: string | null): Promise<readonly string[]>;
  };
}

/**
 * Exports with small groups left out. A release is weighed first (how small are groups, how much do they tell), then it is
 * allowed, or waits for a second person where the template has an `approval`; what leaves is cut by the same groups
 * again, so that rows that came meanwhile are held to the same.
 */
export class ReleaseDesk {
  readonly #parts: ReleaseParts;
  readonly #table: SealedTable<typeof RELEASES.key, typeof RELEASES.clear, ReturnType<typeof RELEASES.sealed>>;

  private constructor(parts: ReleaseParts) {
    this.#parts = parts;
    this.#table = new SealedTable(RELEASES, parts.sealer);
  }

  static async open(parts: ReleaseParts): Promise<ReleaseDesk> {
    await parts.catalogue.migrate(SCHEMA);
    return new ReleaseDesk(parts);
  }

  /** Weighs a release. @throws {ApiError} API_RELEASE_INVALID @throws {PolicyError} POLICY_DENIED without the action `export` */
  async ask(caller: Caller, shape: ReleaseShape, purpose: string | null): Promise<Release> {
    const { audit, clock, random, template, queries, catalogue } = this.#parts;
    requireSound(shape);
    await this.#requireExport(caller, shape, purpose);
    const request = { sql: riskSql(shape), parameters: [], purpose, format: 'ndjson' } as const;
    const { parts } = await queries.run(caller, request, new AbortController().signal);
    const text = decodeUtf8(concatBytes(await Array.fromAsync(parts))).trim();
    const risk = readRisk(text.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>));
    const state = risk.after.rows === 0 ? 'refused' : template().approval === undefined ? 'allowed' : 'waiting';
    const created = clock.now();
    const release: Release = {
      id: makeId(clock, random),
      state,
      shape,
      purpose,
      risk,
      askedBy: caller.actor,
      approvedBy: null,
      created,
      expires: created + LIFE_US,
    };
    const { rows, k } = risk.after;
    await audit.append({
      actor: caller.actor,
      action: 'ask-release',
      resource: `release:${release.id}`,
      ...(purpose === null ? {} : { purpose }),
      outcome: state === 'refused' ? 'denied' : 'allowed',
      detail: { view: shape.view, rows, suppressed: risk.suppressed, k: k ?? 0, state },
    });
    await catalogue.transaction((tx) => this.#put(tx, release, caller.subject.id));
    return release;
  }

  /** Agrees to somebody else's release. @throws {ApiError} API_RELEASE_UNKNOWN, API_RELEASE_CONFLICT */
  async approve(id: string, by: Caller): Promise<Release> {
    const { release, asker } = await this.#find(id);
    if (release.state !== 'waiting') {
      throw new ApiError('API_RELEASE_CONFLICT', `Cannot approve release ${id}: it is ${release.state}`);
    }
    const approved: Release = { ...release, state: 'allowed', approvedBy: by.actor };
    await this.#parts.audit.append({
      actor: by.actor,
      action: 'approve-release',
      resource: `release:${id}`,
      outcome: 'done',
    });
    await this.#parts.catalogue.transaction((tx) => this.#put(tx, approved, asker));
    return approved;
  }

  /** The rows of a release, for who asked for it. @throws {ApiError} API_RELEASE_UNKNOWN, API_RELEASE_CONFLICT */
  async export(caller: Caller, id: string, format: ResultFormat, signal: AbortSignal): Promise<StreamedReply> {
    const { release, asker } = await this.#find(id);
    if (asker !== caller.subject.id) throw unknown(id);
    if (release.state !== 'allowed' || release.expires < this.#parts.clock.now()) {
      const why = release.state === 'allowed' ? 'it has expired' : `it is ${release.state}`;
      throw new ApiError('API_RELEASE_CONFLICT', `Cannot export release ${id}: ${why}`, {
        hint: release.state === 'waiting' ? 'Somebody else approves it with `weir release approve`' : 'Ask for it anew',
      });
    }
    const { shape, purpose } = release;
    await this.#requireExport(caller, shape, purpose);
    const detail = { view: shape.view };
    await this.#parts.audit.append({
      actor: caller.actor,
      action: 'export',
      resource: `release:${id}`,
      outcome: 'allowed',
      detail,
    });
    return this.#parts.queries.run(caller, { sql: releaseSql(shape), parameters: [], purpose, format }, signal);
  }

  /** Releases of a subject; of everybody where `all`. The newest first. */
  async list(subject: string, all: boolean): Promise<readonly Release[]> {
    const rows = await this.#table.list(this.#parts.catalogue, {
      order: ['created'],
      descending: true,
      limit: MOST_LISTED,
    });
    return rows.map(read).flatMap(({ release, asker }) => (all || asker === subject ? [release] : []));
  }

  /** Who asked for a release; null where there is none. */
  async askerOf(id: string): Promise<string | null> {
    const row = await this.#table.get(this.#parts.catalogue, { id });
    return row === null ? null : read(row).asker;
  }

  /**
   * Rows that `export` narrows further than `query` does would need another statement: such views are not let out; nor
   * are columns whose class does not leave.
   */
  async #requireExport(caller: Caller, shape: ReleaseShape, purpose: string | null): Promise<void> {
    const { subject, peer } = caller;
    const { view } = shape;
    const { decisions, template, clock } = this.#parts;
    const context = {
      time: clock.now(),
      address: peer.address,
      lineage: { columns: [{ name: 'x', class: 'public' as const }] },
    };
    const request = { subject, action: 'export', resource: { type: 'view', name: view }, purpose, context } as const;
    const out = decisions.decide(request, template());
    requireAllowed(request, out);
    const asked = decisions.decide({ ...request, action: 'query' }, template());
    if (out.obligations?.rowFilter !== asked.obligations?.rowFilter) {
      throw new ApiError(
        'API_RELEASE_INVALID',
        `Cannot release ${view}: you may export fewer of its rows than you may query`,
      );
    }
    const leaving = await this.#parts.queries.exportedColumns(caller, view, purpose);
    const kept = shape.columns.filter((column) => !leaving.includes(column));
    if (kept.length > 0) {
      throw new ApiError('API_RELEASE_INVALID', `Cannot release ${view}: ${kept.join(', ')} may not be taken out`, {
        hint: 'Leave them out, or state the purpose that their class asks for',
      });
    }
  }

  async #find(id: string): Promise<{ readonly release: Release; readonly asker: string }> {
    const row = await this.#table.get(this.#parts.catalogue, { id });
    if (row === null) throw unknown(id);
    return read(row);
  }

  #put(
    tx: Parameters<SealedTable<typeof RELEASES.key, typeof RELEASES.clear>['put']>[0],
    release: Release,
    asker: string,
  ): Promise<void> {
    const { id, state, created, expires, ...rest } = release;
    return this.#table.put(tx, { id, state, created, expires }, { release: { ...rest, asker } } as never);
  }
}

function read(row: {
  readonly id: string;
  readonly state: string;
  readonly created: number;
  readonly expires: number;
  readonly sealed: ReturnType<typeof RELEASES.sealed>;
}): {
  readonly release: Release;
  readonly asker: string;
} {
  const { asker, ...rest } = row.sealed.release;
  const { id, created, expires } = row;
  return { release: { ...rest, id, created, expires, state: row.state as ReleaseState }, asker };
}

function requireSound({ k, l, quasi, columns }: ReleaseShape): void {
  const why =
    k < LEAST_K
      ? `groups have at least ${LEAST_K} persons, not ${k}`
      : l < 1
        ? 'a group has at least one value'
        : columns.length === 0
          ? 'no column is named'
          : quasi.length === 0
            ? 'no column is named by which people could be found (quasi)'
            : null;
  if (why !== null) throw new ApiError('API_RELEASE_INVALID', `Cannot release rows: ${why}`);
}

function unknown(id: string): ApiError {
  return new ApiError('API_RELEASE_UNKNOWN', `Cannot find release ${id}: there is none, or it is not yours`, {
    hint: 'See yours with `npm run -s weir -- release list`',
  });
}
