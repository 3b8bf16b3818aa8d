import { StoreError } from '../errors.ts';
import { MAX_ORDINAL, ModuleType } from './format.ts';

/** Where a module stands in its file. */
export interface ModulePlace {
  readonly type: ModuleType;
  /** Zero-based; none of the three for the footer, no page unless it is a data page or its header. */
  readonly rowGroup?: number;
  readonly column?: number;
  readonly page?: number;
}

/**
 * The associated data that binds a module to its place: the file's own (prefix and unique part), the type of module
 * and the ordinals of row group, column (leaf index in the original schema) and data page.
 *
 * @param fileAad prefix followed by the unique part of the file
 * @throws {StoreError} STORE_PARQUET_LIMIT if an ordinal is above 32,767
 * @see Encryption.md section 4.4.2
 */
export function moduleAad(fileAad: Uint8Array, place: ModulePlace): Uint8Array {
  const ordinals: number[] = [];
  if (place.type !== ModuleType.Footer) {
    ordinals.push(place.rowGroup ?? -1, place.column ?? -1);
    if (place.type === ModuleType.DataPage || place.type === ModuleType.DataPageHeader) ordinals.push(place.page ?? -1);
  }
  const aad = new Uint8Array(fileAad.length + 1 + 2 * ordinals.length);
  aad.set(fileAad, 0);
  let at = fileAad.length;
  aad[at] = place.type;
  at += 1;
  for (const ordinal of ordinals) {
    if (!Number.isInteger(ordinal) || ordinal < 0 || ordinal > MAX_ORDINAL) {
      throw new StoreError(
        'STORE_PARQUET_LIMIT',
        `Cannot bind a Parquet module to its place: ordinal ${ordinal} is not within 0 to ${MAX_ORDINAL}`,
      );
    }
    aad[at] = ordinal & 255;
    aad[at + 1] = ordinal >> 8;
    at += 2;
  }
  return aad;
}
