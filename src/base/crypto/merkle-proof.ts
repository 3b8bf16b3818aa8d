import { equalBytes } from '#base/core/index.ts';
import { CryptoError } from './errors.ts';
import { hashNode, MERKLE_HASH_LENGTH } from './merkle-hash.ts';
import { foldRange, planSpan } from './merkle-range.ts';
import type { MerkleNode } from './merkle-range.ts';

/** A proof of a tree below 2^53 leaves has no more hashes than this. */
export const MERKLE_PROOF_LIMIT = 63;

/** A step of a proof: the hash over one span of leaves, given as the complete subtrees that it folds from. */
export type MerkleProofPlan = readonly (readonly MerkleNode[])[];

/**
 * Which hashes prove that a leaf is in a tree, from the leaf's sibling up.
 *
 * @throws {RangeError} unless 0 <= index < size
 * @see RFC 6962 section 2.1.1
 */
export function planInclusionProof(index: number, size: number): MerkleProofPlan {
  requireIndex(index, size);
  const path: MerkleNode[][] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitPoint(end - start);
    if (index < middle) {
      path.push(planSpan(middle, end));
      end = middle;
    } else {
      path.push(planSpan(start, middle));
      start = middle;
    }
  }
  return path.reverse();
}

/**
 * Which hashes prove that a tree of `size` leaves begins with the same leaves as its older self of `oldSize`.
 *
 * @throws {RangeError} unless 0 <= oldSize <= size
 * @see RFC 6962 section 2.1.2
 */
export function planConsistencyProof(oldSize: number, size: number): MerkleProofPlan {
  if (!Number.isSafeInteger(oldSize) || !Number.isSafeInteger(size) || oldSize < 0 || oldSize > size) {
    throw new RangeError(`Cannot plan consistency proof: ${oldSize} and ${size} are not sizes of one growing tree`);
  }
  if (oldSize === 0 || oldSize === size) return [];
  const path: MerkleNode[][] = [];
  let [start, end, whole] = [0, size, true];
  while (oldSize !== end) {
    const middle = start + splitPoint(end - start);
    if (oldSize <= middle) {
      path.push(planSpan(middle, end));
      end = middle;
    } else {
      path.push(planSpan(start, middle));
      start = middle;
      whole = false;
    }
  }
  // The old root itself need not be said: who checks the proof has it.
  if (!whole) path.push(planSpan(start, end));
  return path.reverse();
}

/**
 * Carries a plan out: asks for each hash that it names and folds them.
 *
 * @param hashOf the hash of a complete subtree
 */
export async function buildProof(
  plan: MerkleProofPlan,
  hashOf: (node: MerkleNode) => Promise<Uint8Array> | Uint8Array,
): Promise<Uint8Array[]> {
  const proof: Uint8Array[] = [];
  for (const span of plan) {
    const hashes: Uint8Array[] = [];
    for (const node of span) hashes.push(await hashOf(node));
    proof.push(foldRange(hashes));
  }
  return proof;
}

/**
 * Verifies that a leaf is in the tree of a given size and root.
 *
 * @param index zero-based position of the leaf
 * @param proof hashes from the leaf's sibling up to a child of the root
 * @throws {CryptoError} CRYPTO_PROOF_INVALID if it is not, or index, size or number of hashes do not fit together
 * @see RFC 9162 section 2.1.3.2
 */
export function verifyInclusionProof(
  leafHash: Uint8Array,
  index: number,
  size: number,
  root: Uint8Array,
  proof: readonly Uint8Array[],
): void {
  // Untrusted: index and size come from the peer. The proof's length bounds the loop, and size bounds that length.
  if (!isSize(index) || !isSize(size) || index >= size) throw invalid('inclusion');
  requireHashes('inclusion', [leafHash, root, ...proof]);
  let [node, last, hash] = [index, size - 1, leafHash];
  for (const sibling of proof) {
    if (last === 0) throw invalid('inclusion');
    if (node % 2 === 1 || node === last) {
      hash = hashNode(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = hashNode(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  if (last !== 0 || !equalBytes(hash, root)) throw invalid('inclusion');
}

/**
 * Verifies that the tree of `size` and `root` begins with all leaves of the older tree, unchanged and in order.
 *
 * @param oldSize above 0 unless `size` is 0 too: from the empty tree there is nothing to prove
 * @throws {CryptoError} CRYPTO_PROOF_INVALID if it does not, or the sizes and the number of hashes do not fit together
 * @see RFC 9162 section 2.1.4.2
 */
export function verifyConsistencyProof(
  oldSize: number,
  oldRoot: Uint8Array,
  size: number,
  root: Uint8Array,
  proof: readonly Uint8Array[],
): void {
  // Untrusted: sizes and proof come from the peer.
  if (!isSize(oldSize) || !isSize(size) || oldSize > size) throw invalid('consistency');
  if (oldSize === size) {
    if (proof.length > 0 || !equalBytes(oldRoot, root)) throw invalid('consistency');
    return;
  }
  // Every tree grows from the empty one: a proof from there would say nothing, so none is taken for one.
  if (oldSize === 0) throw invalid('consistency');
  requireHashes('consistency', [oldRoot, root, ...proof]);
  verifyGrowth(oldSize, oldRoot, size, root, proof);
}

function verifyGrowth(
  oldSize: number,
  oldRoot: Uint8Array,
  size: number,
  root: Uint8Array,
  proof: readonly Uint8Array[],
): void {
  let [node, last] = [oldSize - 1, size - 1];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  // Where the old tree is one complete subtree its root starts both paths and is not said in the proof.
  const path = node === 0 ? [oldRoot, ...proof] : proof;
  const first = path[0];
  if (first === undefined) throw invalid('consistency');
  let [oldHash, hash] = [first, first];
  for (const sibling of path.slice(1)) {
    if (last === 0) throw invalid('consistency');
    if (node % 2 === 1 || node === last) {
      oldHash = hashNode(sibling, oldHash);
      hash = hashNode(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = hashNode(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  if (last !== 0 || !equalBytes(oldHash, oldRoot) || !equalBytes(hash, root)) throw invalid('consistency');
}

/** The largest power of two below `width`. Arithmetic, not bit operations: those end at 32 bits. */
function splitPoint(width: number): number {
  let split = 1;
  while (split * 2 < width) split *= 2;
  return split;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function requireIndex(index: number, size: number): void {
  if (!isSize(index) || !isSize(size) || index >= size) {
    throw new RangeError(`Cannot plan inclusion proof: a tree of ${size} leaves has no leaf ${index}`);
  }
}

function requireHashes(kind: string, hashes: readonly Uint8Array[]): void {
  if (hashes.length > MERKLE_PROOF_LIMIT + 2) throw invalid(kind);
  if (hashes.some((hash) => hash.length !== MERKLE_HASH_LENGTH)) throw invalid(kind);
}

function invalid(kind: string): CryptoError {
  return new CryptoError('CRYPTO_PROOF_INVALID', `Cannot accept ${kind} proof: it does not lead to the given root`);
}
