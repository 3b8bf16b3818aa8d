import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { ByteCount } from '#base/core/index.ts';

/** What an engine may use of the machine. */
export interface EngineLimits {
  readonly memory: ByteCount;
  readonly threads: number;
}

/**
 * One DuckDB instance in memory, for one statement. It has no temporary directory, so nothing spills to disk:
 * a statement that outgrows its memory fails.
 *
 * @see DuckDB "Securing DuckDB"
 */
export class Engine {
  readonly connection: DuckDBConnection;
  readonly #instance: DuckDBInstance;
  #closed = false;
  #running = 0;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.connection = connection;
  }

  /** A fresh instance. Memory and the absence of a temporary directory can be set at creation only. */
  static async open(limits: EngineLimits): Promise<Engine> {
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: `${Math.ceil(limits.memory / 1024)}KiB`,
      threads: String(limits.threads),
      temp_directory: '',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
      allow_unsigned_extensions: 'false',
    });
    const connection = await instance.connect();
    // Analysts meet one time zone, whatever the machine's: times are stored as points in time.
    await connection.run("SET TimeZone = 'UTC'; SET Calendar = 'gregorian'; SET arrow_large_buffer_size = false");
    return new Engine(instance, connection);
  }

  /**
   * Shuts the engine off from files and from its own settings.
   *
   * @param paths the only files that it may still open, exactly so spelled
   */
  async lockDown(paths: readonly string[]): Promise<void> {
    const list = paths.map((path) => quoteText(path)).join(', ');
    await this.connection.run(
      `SET allowed_paths = [${list}]; SET enable_external_access = false; SET lock_configuration = true`,
    );
  }

  /** The one value that a statement with one text parameter returns. */
  async textOf(sql: string, parameter: string): Promise<string> {
    this.#running += 1;
    try {
      const reader = await this.connection.runAndReadAll(sql, [parameter]);
      const value = reader.getRows()[0]?.[0];
      return typeof value === 'string' ? value : '';
    } finally {
      this.#running -= 1;
      if (this.#closed && this.#running === 0) this.#release();
    }
  }

  /** Closes the instance, after what `textOf` still runs: the process would crash if it went from under it. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#running === 0) this.#release();
  }

  #release(): void {
    this.connection.closeSync();
    this.#instance.closeSync();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** An SQL string literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** An SQL identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
