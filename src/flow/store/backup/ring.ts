import type { Json } from '#base/core/index.ts';

/**
 * All that opens a snapshot, itself under the root key: the files of custody, every wrap that still opens something,
 * and the two keys that files of the backup are sealed by. One object per target, replaced and never kept.
 */
export interface BackupRing {
  readonly target: string;
  readonly snapshot: string;
  /** RFC 3339. */
  readonly at: string;
  /** Hex SHA-256 of the manifest that it belongs to. */
  readonly manifest: string;
  /** Files of the folder `keys` by path, in base64. */
  readonly custody: Readonly<Record<string, string>>;
  /** Sealed by custody under the purpose `backup:<target>` and `backup:<target>:<snapshot>`, in base64. */
  readonly keys: { readonly target: string; readonly snapshot: string };
  /** Rows of the tables of keys. */
  readonly tables: Json;
}
