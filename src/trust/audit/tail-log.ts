import { setTimeout as sleep } from 'node:timers/promises';
import { decodeUtf8, hasCode } from '#base/core/index.ts';
import type { Millis } from '#base/core/index.ts';
import type { NoteVerifier } from '#base/crypto/index.ts';
import { openCheckpoint } from './checkpoint.ts';
import { decodeEntry } from './entry.ts';
import type { AuditEntry } from './entry.ts';
import { AuditError } from './errors.ts';
import type { LogSource } from './log-source.ts';
import { CHECKPOINT_PATH, TILE_WIDTH } from './tile-path.ts';
import { TileReader } from './tile-reader.ts';

/** An entry and its place. */
export interface PlacedEntry extends AuditEntry {
  readonly index: number;
}

export interface TailOptions {
  /** Index of the first entry wanted. */
  readonly from: number;
  /** The log's keys: no entry is passed on that no signed checkpoint speaks of. */
  readonly logKeys: readonly NoteVerifier[];
  /** Time between two looks at the checkpoint; absent means to end at the newest entry. */
  readonly follow?: Millis;
  readonly signal?: AbortSignal;
}

/**
 * Reads a log's entries in order, and goes on as it grows if asked to.
 * It follows a log; whether its past was changed is for `verifyLog` to say.
 *
 * @throws {AuditError} AUDIT_CHECKPOINT_INVALID if the checkpoint is missing or not signed by the log
 * @throws {AuditError} AUDIT_LOG_CORRUPT if the log has become shorter meanwhile
 */
export async function* tailLog(source: LogSource, options: TailOptions): AsyncGenerator<PlacedEntry, void, undefined> {
  let next = options.from;
  let seen = 0;
  while (!isAborted(options.signal)) {
    const size = await readSize(source, options.logKeys);
    if (size < seen)
      throw new AuditError('AUDIT_LOG_CORRUPT', `Cannot follow audit log: it had ${seen} entries and has ${size}`);
    seen = size;
    const reader = new TileReader(source, size);
    while (next < size) {
      const bundle = await reader.bundle(Math.floor(next / TILE_WIDTH));
      for (const bytes of bundle.slice(next % TILE_WIDTH)) {
        if (isAborted(options.signal)) return;
        yield { index: next, ...decodeEntry(bytes) };
        next += 1;
      }
    }
    if (options.follow === undefined) return;
    await sleep(options.follow, undefined, { ...(options.signal && { signal: options.signal }) }).catch(
      (error: unknown) => {
        if (!hasCode(error, 'ABORT_ERR')) throw error;
      },
    );
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

async function readSize(source: LogSource, keys: readonly NoteVerifier[]): Promise<number> {
  const bytes = await source.read(CHECKPOINT_PATH);
  if (bytes === null) throw new AuditError('AUDIT_CHECKPOINT_INVALID', 'Cannot follow audit log: it has no checkpoint');
  return openCheckpoint(decodeUtf8(bytes), keys).size;
}
