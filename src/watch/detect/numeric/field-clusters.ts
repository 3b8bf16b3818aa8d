import type { Rows } from '../rows.ts';
import { covarianceOf, meanOf } from './covariance.ts';

/**
 * Puts fields that go together into clusters: the largest subtrees of the single-linkage tree of their correlations
 * that have no more than `most` fields. Clusters that stayed small are then put together, so that there are at most
 * twice as many as full ones would be.
 *
 * @param rows without missing values
 * @returns the cluster of each field, numbered from 0 without gaps
 * @see Mirsky et al., "Kitsune: an ensemble of autoencoders for online network intrusion detection" (NDSS 2018), V.B
 */
export function clusterFields(rows: Rows, most: number): Int32Array {
  const { width } = rows;
  const parent = Int32Array.from({ length: width }, (_, i) => i);
  const rootOf = (field: number): number => {
    let root = field;
    while (parent[root] !== root) root = parent[root]!;
    return root;
  };
  const size = new Int32Array(width).fill(1);
  const closed = new Uint8Array(width);
  for (const [a, b] of closestPairs(rows)) {
    const [x, y] = [rootOf(a), rootOf(b)];
    if (x === y) continue;
    if (closed[x] === 0 && closed[y] === 0 && size[x]! + size[y]! <= most) {
      parent[y] = x;
      size[x] = size[x]! + size[y]!;
    } else {
      // The tree joins them here to more than fits: both are as large as they get.
      closed[x] = 1;
      closed[y] = 1;
    }
  }
  return packed(
    Int32Array.from({ length: width }, (_, field) => rootOf(field)),
    size,
    most,
  );
}

/** The edges of the tree: pairs of fields that join two parts, closest first. */
function closestPairs(rows: Rows): [number, number][] {
  const { width } = rows;
  const covariance = covarianceOf(rows, meanOf(rows));
  const closeness = (a: number, b: number): number => {
    const scale = Math.sqrt(covariance[a * width + a]! * covariance[b * width + b]!);
    return scale > 0 ? Math.abs(covariance[a * width + b]! / scale) : 0;
  };
  // Prim's algorithm: each field by the edge that ties it to those before.
  const nearest = new Int32Array(width);
  const close = new Float64Array(width).map((_, field) => closeness(0, field));
  const isIn = new Uint8Array(width);
  isIn[0] = 1;
  const edges: { pair: [number, number]; close: number }[] = [];
  for (let n = 1; n < width; n++) {
    let next = -1;
    for (let field = 0; field < width; field++) {
      if (isIn[field] === 0 && (next < 0 || close[field]! > close[next]!)) next = field;
    }
    isIn[next] = 1;
    edges.push({ pair: [nearest[next]!, next], close: close[next]! });
    for (let field = 0; field < width; field++) {
      const closer = closeness(next, field);
      if (isIn[field] === 0 && closer > close[field]!) [close[field], nearest[field]] = [closer, next];
    }
  }
  return edges.toSorted((a, b) => b.close - a.close).map(({ pair }) => pair);
}

/** Numbers clusters, the large ones first, each small one with others where there is room. */
function packed(roots: Int32Array, size: Int32Array, most: number): Int32Array {
  const order = [...new Set(roots)].toSorted((a, b) => size[b]! - size[a]! || a - b);
  const filled: number[] = [];
  const numbers = new Map<number, number>();
  for (const root of order) {
    const own = size[root]!;
    let place = own * 2 > most ? -1 : filled.findIndex((taken) => taken + own <= most);
    if (place < 0) place = filled.push(0) - 1;
    filled[place] = filled[place]! + own;
    numbers.set(root, place);
  }
  return roots.map((root) => numbers.get(root)!);
}
