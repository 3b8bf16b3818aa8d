import { canonicalJson, fromHex, toHex } from '#base/core/index.ts';
import { CompactRange, hashLeaf, sha256Hex } from '#base/crypto/index.ts';
import type { StoredColumn } from '#flow/store/index.ts';

/** What a frozen result is committed to. */
export interface FrozenContent {
  readonly columns: readonly StoredColumn[];
  readonly rows: number;
  /** Rows of each part but the last; of each at most where `sizes` says how many each has. */
  readonly partRows: number;
  /** The canonical digest of the rows of each part, in hex. */
  readonly parts: readonly string[];
  /** Rows of each part, where rows were taken out of some that are not the last. */
  readonly sizes?: readonly number[];
  /** What all of it is named by: `contentDigestOf`. */
  readonly digest: string;
}

/**
 * The digest of a frozen result: SHA-256 of the canonical JSON of its columns' names and types, the number of its rows
 * and the root of the Merkle tree (RFC 9162) whose leaves are the digests of its parts. The same rows have the same.
 */
export function contentDigestOf({ columns, rows, partRows, parts, sizes }: Omit<FrozenContent, 'digest'>): string {
  const tree = new CompactRange();
  for (const part of parts) tree.append(hashLeaf(fromHex(part)));
  const named = columns.map(({ name, type }) => ({ name, type }));
  const uneven = sizes === undefined ? {} : { sizes };
  return sha256Hex(canonicalJson({ columns: named, partRows, root: toHex(tree.root()), rows, ...uneven }));
}
