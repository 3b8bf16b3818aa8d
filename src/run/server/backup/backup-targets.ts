import type { Json } from '#base/core/index.ts';
import { SealedTable, sealedTableSql } from '#base/storage/index.ts';
import type { Catalogue, RowSealer } from '#base/storage/index.ts';
import type { BackupPlace } from './open-place.ts';

/** What is known of the last snapshot at a target. */
export interface LastSnapshot {
  readonly snapshot: string;
  /** RFC 3339. */
  readonly at: string;
  readonly segments: number;
  readonly bytes: number;
  /** Entries of the log that it has. */
  readonly logSize: number;
}

/** A place that holds a backup of this platform. */
export interface BackupTarget {
  /** 32 hex digits, the same in the place itself. */
  readonly id: string;
  /** Epoch microseconds. */
  readonly created: number;
  readonly place: BackupPlace;
  /** Key that files there are sealed by, in base64. */
  readonly key: string;
  readonly last: LastSnapshot | null;
  /** Hex SHA-256 of the key rings that this platform may have put there last; another was put there by somebody else. */
  readonly rings: readonly string[];
  /** Since when something was erased here that it may still open (epoch microseconds); null where there is nothing. */
  readonly behind: number | null;
}

type Sealed = Pick<BackupTarget, 'place' | 'key' | 'last' | 'rings' | 'behind'>;

const TARGETS = {
  name: 'backups_target',
  key: { id: 'text' },
  clear: { created: 'integer' },
  // The tag vouches that it is what `put` put there.
  sealed: (value: Json) => value,
} as const;

const SCHEMA = { room: 'backups', migrations: [sealedTableSql(TARGETS)] };

/** Removes what is known of targets from a copy of the catalogue: a platform that was restored chooses its own. */
export const FORGET_TARGETS = `DELETE FROM "${TARGETS.name}"`;

/** The places that this platform is backed up to. */
export class BackupTargets {
  readonly #catalogue: Catalogue;
  readonly #table: SealedTable<typeof TARGETS.key, typeof TARGETS.clear, Json>;

  private constructor(catalogue: Catalogue, sealer: RowSealer) {
    this.#catalogue = catalogue;
    this.#table = new SealedTable(TARGETS, sealer);
  }

  static async open(catalogue: Catalogue, sealer: RowSealer): Promise<BackupTargets> {
    await catalogue.migrate(SCHEMA);
    return new BackupTargets(catalogue, sealer);
  }

  /** Oldest first. */
  async list(): Promise<readonly BackupTarget[]> {
    const rows = await this.#catalogue.transaction((tx) => this.#table.list(tx, { order: ['created', 'id'] }));
    return rows.map(({ id, created, sealed }) => ({ id, created, ...(sealed as unknown as Sealed) }));
  }

  async put({ id, created, place, key, last, rings, behind }: BackupTarget): Promise<void> {
    const sealed = { place, key, last, rings, behind } as unknown as Json;
    await this.#catalogue.transaction((tx) => this.#table.put(tx, { id, created }, sealed));
  }

  /** @returns whether it was known */
  forget(id: string): Promise<boolean> {
    return this.#catalogue.transaction((tx) => this.#table.delete(tx, { id }));
  }
}
