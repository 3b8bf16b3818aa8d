import { StorageError } from './errors.ts';

const KEY = /^[a-z0-9_-][a-z0-9._-]*(?:\/[a-z0-9_-][a-z0-9._-]*)*$/;
const MAX_KEY = 512;
/** Longest file name that common file systems take. */
const MAX_PART = 255;

/**
 * Checks the key of an object: parts of `[a-z0-9._-]` that do not start with a dot, joined by `/`, at most 512 characters.
 *
 * @throws {StorageError} STORAGE_KEY_INVALID
 */
export function requireObjectKey(key: string): void {
  if (key.length > MAX_KEY || !KEY.test(key) || key.split('/').some((part) => part.length > MAX_PART)) {
    throw new StorageError('STORAGE_KEY_INVALID', `Cannot use object key: ${JSON.stringify(key.slice(0, 80))} is none`);
  }
}
