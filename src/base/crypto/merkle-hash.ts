import { hash } from 'node:crypto';
import { ALGORITHMS } from './algorithms.ts';
import { sha256 } from './digest.ts';

const TREE_HASH = ALGORITHMS['sha-256'].library;

/** Length of every hash in the tree, in bytes. */
export const MERKLE_HASH_LENGTH = 32;

/** The root of a tree without leaves: the hash of nothing. A new array at each call, for arrays can be changed. */
export function emptyTreeRoot(): Uint8Array {
  return sha256(new Uint8Array(0));
}

/**
 * The hash of a leaf. Its first byte differs from a node's, so that no node can pass for an entry.
 *
 * @see RFC 6962 section 2.1
 */
export function hashLeaf(entry: Uint8Array): Uint8Array {
  const prefixed = new Uint8Array(1 + entry.length);
  prefixed.set(entry, 1);
  return new Uint8Array(hash(TREE_HASH, prefixed, 'buffer'));
}

/**
 * The hash of an inner node over its two children, 32 bytes each.
 *
 * @see RFC 6962 section 2.1
 */
export function hashNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  const prefixed = new Uint8Array(1 + 2 * MERKLE_HASH_LENGTH);
  prefixed[0] = 1;
  prefixed.set(left, 1);
  prefixed.set(right, 1 + MERKLE_HASH_LENGTH);
  return new Uint8Array(hash(TREE_HASH, prefixed, 'buffer'));
}
