import { emptyTreeRoot, hashNode, MERKLE_HASH_LENGTH } from './merkle-hash.ts';

/** A complete subtree: the hash over the leaves [index · 2^level, (index + 1) · 2^level). */
export interface MerkleNode {
  readonly level: number;
  readonly index: number;
}

/**
 * The complete subtrees that the first `size` leaves fall into, largest and leftmost first:
 * one for each bit that is set in `size`.
 *
 * @param size number of leaves, a safe integer
 */
export function planRange(size: number): MerkleNode[] {
  requireSize(size);
  return planSpan(0, size);
}

/**
 * The complete subtrees that the leaves [start, end) fall into, left to right.
 * The span must be one that a proof speaks of: `start` a multiple of the largest subtree within.
 */
export function planSpan(start: number, end: number): MerkleNode[] {
  const nodes: MerkleNode[] = [];
  let at = start;
  while (at < end) {
    let level = 0;
    let width = 1;
    while (at % (width * 2) === 0 && at + width * 2 <= end) {
      width *= 2;
      level += 1;
    }
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}

/** The hash over a span from the hashes of its complete subtrees, left to right. */
export function foldRange(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 0) return emptyTreeRoot();
  return hashes.reduceRight((right, left) => hashNode(left, right));
}

/**
 * A tree as few as possible of whose hashes are kept: those of its complete subtrees.
 * Leaves are appended one by one; the root is there at any size.
 */
export class CompactRange {
  /** Hashes by level; a hole where the size has no bit set. */
  readonly #hashes: (Uint8Array | undefined)[] = [];
  #size = 0;

  /**
   * Goes on from a known tree.
   *
   * @param size number of leaves so far
   * @param hashes the hashes of `planRange(size)`, in that order
   * @throws {RangeError} unless there are as many as the plan has
   */
  static from(size: number, hashes: readonly Uint8Array[]): CompactRange {
    const plan = planRange(size);
    if (plan.length !== hashes.length) {
      throw new RangeError(
        `Cannot resume tree of ${size} leaves: ${plan.length} hashes are needed, not ${hashes.length}`,
      );
    }
    const range = new CompactRange();
    range.#size = size;
    for (const [i, node] of plan.entries()) {
      const hash = hashes[i];
      if (hash?.length !== MERKLE_HASH_LENGTH) throw new RangeError('Cannot resume tree: a hash has not 32 bytes');
      range.#hashes[node.level] = hash;
    }
    return range;
  }

  /** Number of leaves. */
  get size(): number {
    return this.#size;
  }

  /** The same tree, to go on from without changing this one. */
  copy(): CompactRange {
    const range = new CompactRange();
    range.#size = this.#size;
    for (const [level, hash] of this.#hashes.entries()) range.#hashes[level] = hash;
    return range;
  }

  /** Adds a leaf by its hash. */
  append(leafHash: Uint8Array): void {
    let hash = leafHash;
    let level = 0;
    for (let left = this.#hashes[0]; left !== undefined; left = this.#hashes[level]) {
      hash = hashNode(left, hash);
      this.#hashes[level] = undefined;
      level += 1;
    }
    this.#hashes[level] = hash;
    this.#size += 1;
  }

  /** The root over all leaves so far. */
  root(): Uint8Array {
    return foldRange(this.#hashes.toReversed().filter((hash) => hash !== undefined));
  }
}

function requireSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`Cannot plan tree: ${size} is no number of leaves`);
}
