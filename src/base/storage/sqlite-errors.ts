import { StorageError } from './errors.ts';
import type { StorageErrorCode } from './errors.ts';

/** Primary result codes of SQLite. @see https://www.sqlite.org/rescode.html */
const BUSY = 5;
const LOCKED = 6;
const CODES: ReadonlyMap<number, { code: StorageErrorCode; state: string; hint?: string }> = new Map([
  [1, { code: 'STORAGE_SQL_INVALID', state: 'the statement is not valid' }],
  [BUSY, { code: 'STORAGE_BUSY', state: 'another program holds it', hint: 'End the other program and try again' }],
  [LOCKED, { code: 'STORAGE_BUSY', state: 'another statement holds it' }],
  [
    8,
    {
      code: 'STORAGE_IO',
      state: 'the file is read-only',
      hint: 'Give the platform write access to its data directory',
    },
  ],
  [10, { code: 'STORAGE_IO', state: 'the disk failed', hint: 'Look at the system log for disk errors' }],
  [
    11,
    {
      code: 'STORAGE_CATALOGUE_DAMAGED',
      state: 'the file is damaged',
      hint: 'Restore the catalogue from the newest backup',
    },
  ],
  [13, { code: 'STORAGE_FULL', state: 'the disk is full', hint: 'Free space on the volume of the data directory' }],
  [
    14,
    { code: 'STORAGE_IO', state: 'the file cannot be opened', hint: 'Check that the folder exists and who owns it' },
  ],
  [19, { code: 'STORAGE_CONSTRAINT', state: 'a constraint does not hold' }],
  [
    26,
    {
      code: 'STORAGE_CATALOGUE_DAMAGED',
      state: 'the file is no catalogue',
      hint: 'Restore the catalogue from the newest backup',
    },
  ],
]);

function resultCode(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return null;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : null;
}

/** Tells whether the engine only asks for patience. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === BUSY || code === LOCKED;
}

/**
 * The coded error for what `node:sqlite` threw. Values never reach the message: SQLite names tables and columns only.
 *
 * @param action what was being done, such as `write to catalogue`
 */
export function fromSqlite(action: string, error: unknown): unknown {
  if (error instanceof StorageError) return error;
  const code = resultCode(error);
  if (code === null) {
    // An integer beyond ±(2^53−1): no room writes one, so the row was changed underneath.
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_OUT_OF_RANGE') {
      return new StorageError('STORAGE_CATALOGUE_DAMAGED', `Cannot ${action}: a number is out of range`, {
        cause: error,
      });
    }
    return error;
  }
  const known = CODES.get(code) ?? { code: 'STORAGE_IO' as const, state: `the engine answered ${code}` };
  const detail = error instanceof Error && (code === 1 || code === 19) ? ` (${error.message})` : '';
  return new StorageError(known.code, `Cannot ${action}: ${known.state}${detail}`, {
    cause: error,
    ...(known.hint === undefined ? {} : { hint: known.hint }),
  });
}
