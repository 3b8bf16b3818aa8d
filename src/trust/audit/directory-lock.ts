import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AuditError } from './errors.ts';

/**
 * Holds a folder for one writer: a second one, in this process or another, is refused.
 *
 * The lock is SQLite's on an empty file, which the operating system gives back however the process ends;
 * Node offers no other lock of that kind.
 *
 * @param what whose folder it is, for the message
 * @throws {AuditError} AUDIT_LOG_LOCKED if another writer holds it
 */
export function lockDirectory(directory: string, what: 'audit log' | 'witness' = 'audit log'): Disposable {
  const database = new DatabaseSync(path.join(directory, 'lock'), { timeout: 0 });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new AuditError('AUDIT_LOG_LOCKED', `Cannot open ${what} in ${directory}: another process has it open`, {
      cause,
      hint: 'Stop the other process on this directory, or give this one a directory of its own',
    });
  }
  return { [Symbol.dispose]: () => database.close() };
}
