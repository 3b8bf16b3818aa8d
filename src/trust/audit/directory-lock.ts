import path from 'node:path';
import { lockFile } from '#base/storage/index.ts';
import { AuditError } from './errors.ts';

/**
 * Holds a folder for one writer: a second one, in this process or another, is refused.
 *
 * @param what whose folder it is, for the message
 * @throws {AuditError} AUDIT_LOG_LOCKED if another writer holds it
 */
export function lockDirectory(directory: string, what: 'audit log' | 'witness' = 'audit log'): Disposable {
  const lock = lockFile(path.join(directory, 'lock'));
  if (lock !== null) return lock;
  throw new AuditError('AUDIT_LOG_LOCKED', `Cannot open ${what} in ${directory}: another process has it open`, {
    hint: 'Stop the other process on this directory, or give this one a directory of its own',
  });
}
