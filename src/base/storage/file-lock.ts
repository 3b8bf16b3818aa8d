import { DatabaseSync } from 'node:sqlite';

/**
 * Holds a file for one process, until disposed of or until the process ends, however it ends.
 *
 * The lock is SQLite's on an empty file, which the operating system gives back by itself; Node offers no other
 * lock of that kind. A second holder is refused within the same process too.
 *
 * @param file made if absent; its folder must exist
 * @returns null where another holds it
 */
export function lockFile(file: string): Disposable | null {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    const code = cause instanceof Error && 'errcode' in cause ? cause.errcode : 0;
    if (code === SQLITE_BUSY || code === SQLITE_LOCKED) return null;
    throw cause;
  }
  return { [Symbol.dispose]: () => database.close() };
}

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
