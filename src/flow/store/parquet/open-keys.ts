import type { AeadKey } from '#base/crypto/index.ts';
import { StoreError } from '../errors.ts';
import { columnKey } from './schema.ts';

/**
 * Where the opening of a file gets its keys. Key metadata is what the file says about the key; it is not
 * authenticated before the key was used.
 */
export interface ParquetKeys {
  /** @throws {StoreError} STORE_KEY_MISSING or STORE_OPEN_FAILED where there is none */
  footer(metadata: Uint8Array | null): AeadKey;
  /** @throws {StoreError} STORE_KEY_MISSING or STORE_OPEN_FAILED where there is none */
  column(path: readonly string[], metadata: Uint8Array | null): AeadKey;
}

/** Keys known beforehand: one for the footer, one per column by its path joined with dots. */
export function fixedKeys(footer: AeadKey, columns: ReadonlyMap<string, AeadKey>): ParquetKeys {
  return {
    footer: () => footer,
    column: (path) => {
      const key = columns.get(columnKey(path));
      if (key !== undefined) return key;
      throw new StoreError('STORE_KEY_MISSING', `Cannot open column ${columnKey(path)}: no key was given for it`);
    },
  };
}
