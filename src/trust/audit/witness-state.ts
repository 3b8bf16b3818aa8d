import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DurableFiles } from './durable-file.ts';
import { AuditError } from './errors.ts';

/** What a witness remembers of a log. */
export interface WitnessedLog {
  readonly size: number;
  /** Base64. */
  readonly root: string;
  /** The newest checkpoint with the log's signatures and the witness's. */
  readonly note: string;
}

/** The file's name within the witness's folder. */
export const WITNESS_STATE_FILE = 'witness.json';

const FORMAT = 'weir/witness-state/v1';

/**
 * What a witness has cosigned, by the log's origin: on disk before any cosignature leaves.
 * A lost or older file would let a log take entries back unseen, so a damaged one is an error, never a new beginning.
 */
export class WitnessState {
  readonly #files: DurableFiles;
  readonly #logs: Map<string, WitnessedLog>;

  private constructor(files: DurableFiles, logs: Map<string, WitnessedLog>) {
    this.#files = files;
    this.#logs = logs;
  }

  /**
   * Reads the state of a witness's folder; there is none before its first cosignature.
   *
   * @throws {AuditError} AUDIT_WITNESS_STATE_INVALID if the file is there and cannot be understood
   */
  static async open(directory: string): Promise<WitnessState> {
    const files = new DurableFiles(directory);
    await files.clear();
    let text: string;
    try {
      text = await readFile(path.join(directory, WITNESS_STATE_FILE), 'utf8');
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
        return new WitnessState(files, new Map());
      throw invalid('it cannot be read', cause);
    }
    return new WitnessState(files, parseState(text));
  }

  get(origin: string): WitnessedLog | undefined {
    return this.#logs.get(origin);
  }

  /** Remembers a log's checkpoint; once this has resolved no crash forgets it. */
  async put(origin: string, log: WitnessedLog): Promise<void> {
    const logs = new Map(this.#logs).set(origin, log);
    const list = [...logs].map(([name, { size, root, note }]) => ({ origin: name, size, root, note }));
    await this.#files.write(WITNESS_STATE_FILE, `${JSON.stringify({ format: FORMAT, logs: list }, null, 1)}\n`, 0o600);
    await this.#files.sync();
    this.#logs.set(origin, log);
  }
}

function parseState(text: string): Map<string, WitnessedLog> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw invalid('it is not JSON', cause);
  }
  const { format, logs } = (json ?? {}) as { format?: unknown; logs?: unknown };
  if (format !== FORMAT || !Array.isArray(logs)) throw invalid('its format is not known');
  const state = new Map<string, WitnessedLog>();
  for (const log of logs as Record<string, unknown>[]) {
    const { origin, size, root, note } = log;
    const sound = typeof origin === 'string' && typeof root === 'string' && typeof note === 'string';
    if (!sound || !Number.isSafeInteger(size) || state.has(origin)) throw invalid('a log in it has another form');
    state.set(origin, { size: size as number, root, note });
  }
  return state;
}

function invalid(why: string, cause?: unknown): AuditError {
  return new AuditError('AUDIT_WITNESS_STATE_INVALID', `Cannot open the witness’s state: ${why}`, {
    cause,
    hint: 'Restore witness.json from a copy that is not older than the last cosignature',
  });
}
