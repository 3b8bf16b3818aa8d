import { AsyncLocalStorage } from 'node:async_hooks';
import { chmodSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { seconds, systemClock } from '#base/core/index.ts';
import type { Clock, Millis } from '#base/core/index.ts';
import { StorageError } from './errors.ts';
import { planMigrations } from './migrations.ts';
import { fromSqlite, isBusy } from './sqlite-errors.ts';
import type { Catalogue, CatalogueSchema, CatalogueTransaction, SqlRow, SqlValue } from './ports.ts';

/** "WEIR" in ASCII: marks the file as ours. */
const APPLICATION_ID = 0x57454952;
/** Version of what this file itself lays down; see `docs/formats/catalogue.md`. */
const LAYOUT_VERSION = 1;
/** Prepared statements kept; rooms have a few dozen each, so this is only reached by a fault. */
const MAX_STATEMENTS = 1_024;
/** How long SQLite itself may block the thread for a lock before the wait becomes asynchronous. */
const BLOCKING_WAIT_MS = 20;

export interface SqliteCatalogueOptions {
  /** How long to wait for a lock that another program holds. Default 5 s. */
  readonly patience?: Millis;
  readonly clock?: Clock;
}

/** A catalogue in one SQLite file, or in memory for tests. */
export interface SqliteCatalogue extends Catalogue {
  /** Moves the write-ahead log into the file and cuts it to nothing, so that deleted rows leave it too. */
  checkpoint(): Promise<void>;
  /**
   * Writes all that the catalogue holds at one moment to a new file with mode 0600, without what was deleted.
   *
   * @throws {StorageError} STORAGE_IO if the file is there, STORAGE_FULL
   */
  copyTo(path: string): Promise<void>;
}

/**
 * Opens a catalogue file, or makes it with mode 0600.
 *
 * Durable once a call resolves (write-ahead log, synchronous FULL); deleted content is overwritten (`secure_delete`).
 * Calls are served one after the other in the order they were made.
 *
 * @param path file, or `:memory:`
 * @throws {StorageError} STORAGE_CATALOGUE_FOREIGN if the file is another program's, STORAGE_CATALOGUE_NEWER if a later
 *   version wrote it, STORAGE_CATALOGUE_DAMAGED, STORAGE_IO, STORAGE_BUSY
 */
export async function openSqliteCatalogue(
  path: string,
  options: SqliteCatalogueOptions = {},
): Promise<SqliteCatalogue> {
  const patience = options.patience ?? seconds(5);
  const db = await patiently('open catalogue', patience, () => openDatabase(path));
  return new SqliteEngine(db, patience, options.clock ?? systemClock);
}

function openDatabase(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: BLOCKING_WAIT_MS });
  try {
    if (path !== ':memory:') chmodSync(path, 0o600);
    db.exec('PRAGMA trusted_schema = OFF');
    db.exec('PRAGMA cell_size_check = ON');
    claimFile(db);
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = FULL');
    db.exec('PRAGMA secure_delete = ON');
    db.exec('PRAGMA foreign_keys = ON');
    // Sorting and temporary tables never spill readings or names into a temporary file.
    db.exec('PRAGMA temp_store = MEMORY');
    db.exec(
      'CREATE TABLE IF NOT EXISTS weir_migrations (room TEXT NOT NULL, version INTEGER NOT NULL, ' +
        'checksum TEXT NOT NULL, applied INTEGER NOT NULL, PRIMARY KEY (room, version))',
    );
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Refuses files of other programs and of later versions before anything is written to them. */
function claimFile(db: DatabaseSync): void {
  const pragma = (name: string): unknown => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  const id = pragma('application_id');
  if (id === APPLICATION_ID) {
    const version = Number(pragma('user_version'));
    if (version > LAYOUT_VERSION) {
      throw new StorageError(
        'STORAGE_CATALOGUE_NEWER',
        `Cannot use catalogue: its layout has version ${version}, this program knows ${LAYOUT_VERSION}`,
        { hint: 'Run the version of Weir that wrote the data directory, or a later one' },
      );
    }
    return;
  }
  const tables = Number(db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']);
  if (id !== 0 || tables !== 0) {
    throw new StorageError('STORAGE_CATALOGUE_FOREIGN', 'Cannot use catalogue: the file belongs to another program', {
      hint: 'Name another data directory with --data',
    });
  }
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  db.exec(`PRAGMA user_version = ${LAYOUT_VERSION}`);
}

/** Repeats a step while another program holds the lock, without blocking the thread in between. */
async function patiently<T>(action: string, patience: Millis, step: () => T): Promise<T> {
  const start = performance.now();
  for (;;) {
    try {
      return step();
    } catch (error) {
      if (!isBusy(error) || performance.now() - start > patience) throw fromSqlite(action, error);
      await sleep(10);
    }
  }
}

interface Scope {
  open: boolean;
}

class SqliteEngine implements SqliteCatalogue {
  readonly #db: DatabaseSync;
  readonly #patience: Millis;
  readonly #clock: Clock;
  readonly #statements = new Map<string, StatementSync>();
  /** Knows the code that runs within a transaction: a call past it would wait for itself for ever. */
  readonly #scope = new AsyncLocalStorage<Scope>();
  /** Settles, never rejects, when all earlier calls are done. */
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(db: DatabaseSync, patience: Millis, clock: Clock) {
    this.#db = db;
    this.#patience = patience;
    this.#clock = clock;
  }

  all(sql: string, parameters: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return this.#alone(() => patiently('read from catalogue', this.#patience, () => this.#all(sql, parameters)));
  }

  run(sql: string, parameters: readonly SqlValue[] = []): Promise<number> {
    return this.#alone(() => patiently('write to catalogue', this.#patience, () => this.#run(sql, parameters)));
  }

  transaction<T>(work: (tx: CatalogueTransaction) => Promise<T>): Promise<T> {
    return this.#alone(() => this.#transact(work));
  }

  async migrate(schema: CatalogueSchema): Promise<void> {
    const rows = await this.all('SELECT version, checksum FROM weir_migrations WHERE room = ? ORDER BY version', [
      schema.room,
    ]);
    const applied = rows.map((row) => ({ version: Number(row['version']), checksum: String(row['checksum']) }));
    for (const { version, checksum, statements } of planMigrations(schema, applied)) {
      await this.transaction(async (tx) => {
        for (const statement of statements) await tx.run(statement);
        await tx.run('INSERT INTO weir_migrations (room, version, checksum, applied) VALUES (?, ?, ?, ?)', [
          schema.room,
          version,
          checksum,
          this.#clock.now(),
        ]);
      });
    }
  }

  async tables(): Promise<readonly string[]> {
    const rows = await this.all(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'weir_migrations' AND name NOT LIKE 'sqlite%' ORDER BY name",
    );
    return rows.map(({ name }) => String(name));
  }

  async checkpoint(): Promise<void> {
    await this.all('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  async copyTo(path: string): Promise<void> {
    // Made first, so that it is never there for others.
    await (await open(path, 'wx', 0o600)).close();
    await this.run('VACUUM INTO ?', [path]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#last;
    this.#statements.clear();
    this.#db.close();
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new StorageError('STORAGE_CLOSED', 'Cannot use catalogue: it was closed'));
    if (this.#scope.getStore()?.open === true) {
      return Promise.reject(
        new StorageError('STORAGE_TRANSACTION_NESTED', 'Cannot use catalogue: the caller is within a transaction', {
          hint: 'Pass the transaction on and use it instead of the catalogue',
        }),
      );
    }
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #transact<T>(work: (tx: CatalogueTransaction) => Promise<T>): Promise<T> {
    await patiently('write to catalogue', this.#patience, () => this.#db.exec('BEGIN IMMEDIATE'));
    const scope: Scope = { open: true };
    try {
      const result = await this.#scope.run(scope, () => work(this.#within(scope)));
      scope.open = false;
      await patiently('write to catalogue', this.#patience, () => this.#db.exec('COMMIT'));
      return result;
    } catch (error) {
      scope.open = false;
      // SQLite rolls back by itself when the disk is full; a second ROLLBACK would hide that error.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  #within(scope: Scope): CatalogueTransaction {
    const guarded = async <T>(action: string, step: () => T): Promise<T> => {
      if (!scope.open) {
        throw new StorageError('STORAGE_TRANSACTION_ENDED', `Cannot ${action}: the transaction has ended`);
      }
      try {
        return step();
      } catch (error) {
        throw fromSqlite(action, error);
      }
    };
    return {
      all: (sql, parameters = []) => guarded('read from catalogue', () => this.#all(sql, parameters)),
      run: (sql, parameters = []) => guarded('write to catalogue', () => this.#run(sql, parameters)),
    };
  }

  #all(sql: string, parameters: readonly SqlValue[]): readonly SqlRow[] {
    return this.#prepare(sql).all(...parameters) as readonly SqlRow[];
  }

  #run(sql: string, parameters: readonly SqlValue[]): number {
    return Number(this.#prepare(sql).run(...parameters).changes);
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear();
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
