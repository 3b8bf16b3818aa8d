import type { PrivateColumn } from '../relations.ts';
import { clamp, SURE } from './private-estimates.ts';
import type { Estimate } from './private-estimates.ts';
import { TREE_BRANCHES, TREE_LEAVES, TREE_LEVELS } from './private-measures.ts';

/** Counts with noise of the nodes of a tree over a range; asked twice, a node gives the same. */
export interface CountTree {
  /** @param level 1 for the widest nodes @param place of the node within its level */
  readonly countOf: (level: number, place: number) => number;
  /** Standard deviation of the noise of a node. */
  readonly deviation: number;
}

/**
 * A tree whose nodes get noise when they are first asked: which of them are asked follows from noisy counts alone.
 *
 * @param leaves exact counts by leaf
 */
export function countTree(leaves: ReadonlyMap<number, bigint>, noise: () => bigint, deviation: number): CountTree {
  const known = new Map<string, number>();
  return {
    deviation,
    countOf: (level, place) => {
      const name = `${level}/${place}`;
      const found = known.get(name);
      if (found !== undefined) return found;
      const width = TREE_LEAVES / TREE_BRANCHES ** level;
      let exact = 0n;
      for (let leaf = place * width; leaf < (place + 1) * width; leaf += 1) exact += leaves.get(leaf) ?? 0n;
      const noisy = Number(exact + noise());
      known.set(name, noisy);
      return noisy;
    },
  };
}

/** The value below which a share of all values lies. */
export function quantileEstimate(tree: CountTree, column: PrivateColumn, at: number): Estimate {
  const [low, high] = column.range ?? [0, 0];
  let total = 0;
  for (let place = 0; place < TREE_BRANCHES; place += 1) total += Math.max(0, tree.countOf(1, place));
  const valueAt = (rank: number): number => low + (leafAt(tree, rank) / TREE_LEAVES) * (high - low);
  const value = valueAt(at * total);
  // A rank is the sum of at most so many nodes, and its aim is a share of the nodes of the first level.
  const nodes = (TREE_BRANCHES - 1) * TREE_LEVELS + at * at * TREE_BRANCHES;
  const margin = SURE * tree.deviation * Math.sqrt(nodes);
  const [below, above] = [valueAt(at * total - margin), valueAt(at * total + margin)];
  return { value, error: Math.max(value - below, above - value) + (high - low) / TREE_LEAVES };
}

/** The place, in leaves, below which so many values lie. */
function leafAt(tree: CountTree, rank: number): number {
  let left = Math.max(0, rank);
  let place = 0;
  let count = 0;
  for (let level = 1; level <= TREE_LEVELS; level += 1) {
    place *= TREE_BRANCHES;
    const last = place + TREE_BRANCHES - 1;
    for (count = Math.max(0, tree.countOf(level, place)); left >= count && place < last;) {
      left -= count;
      place += 1;
      count = Math.max(0, tree.countOf(level, place));
    }
  }
  return place + (count > 0 ? clamp(left / count, 0, 1) : 0);
}
