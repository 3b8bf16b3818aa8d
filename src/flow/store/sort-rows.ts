/**
 * The order that sorts keys ascending, equal ones in the order in which they came.
 *
 * Natural merge sort: readings mostly come in order, so that there are few runs to merge.
 */
export function sortedOrder(keys: Float64Array): Uint32Array {
  let order = new Uint32Array(keys.length);
  for (let i = 0; i < order.length; i += 1) order[i] = i;
  let runs = [0];
  for (let i = 1; i < keys.length; i += 1) if (keys[i]! < keys[i - 1]!) runs.push(i);
  runs.push(keys.length);
  let spare = new Uint32Array(keys.length);
  while (runs.length > 2) {
    const merged = [0];
    for (let r = 0; r + 1 < runs.length; r += 2) {
      const [from, middle, to] = [runs[r]!, runs[r + 1]!, runs[r + 2] ?? runs[r + 1]!];
      mergeRuns(keys, order, spare, from, middle, to);
      merged.push(to);
    }
    [order, spare] = [spare, order];
    runs = merged;
  }
  return order;
}

function mergeRuns(
  keys: Float64Array,
  order: Uint32Array,
  into: Uint32Array,
  from: number,
  middle: number,
  to: number,
): void {
  let left = from;
  let right = middle;
  for (let at = from; at < to; at += 1) {
    const takeLeft = left < middle && (right >= to || keys[order[left]!]! <= keys[order[right]!]!);
    into[at] = order[takeLeft ? left++ : right++]!;
  }
}
