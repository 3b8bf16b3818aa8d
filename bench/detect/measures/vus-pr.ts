/** Thresholds of a curve. */
const THRESHOLDS = 250;

/**
 * Volume under the precision-recall surface: the area under the range-aware precision-recall curve, averaged over
 * tolerances from 0 to `window` about each anomaly.
 *
 * With tolerance ℓ the label falls off on both sides of an anomaly as √(1 − distance / ℓ) over ℓ / 2 rows. Recall is
 * weighed by the share of anomalies, with their borders, that were touched at all.
 *
 * @param labels 1 for anomalous rows, 0 for normal ones
 * @param window greatest tolerance in rows
 * @see Paparrizos et al., "Volume under the surface: a new accuracy evaluation measure for time-series anomaly
 *   detection" (VLDB 2022), with the thresholds and the recall of the TSB-AD benchmark
 */
export function vusPr(scores: Float64Array, labels: Float64Array, window: number): number {
  const runs = runsOf(labels);
  if (runs.length === 0) return NaN;
  const order = Int32Array.from(scores, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  let volume = 0;
  for (let tolerance = 0; tolerance <= window; tolerance++) {
    volume += areaAt(scores, order, labels, runs, tolerance) / (window + 1);
  }
  return volume;
}

/** Anomalies as first and last row. */
function runsOf(labels: Float64Array): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== 1) continue;
    if (labels[i - 1] === 1) runs.at(-1)![1] = i;
    else runs.push([i, i]);
  }
  return runs;
}

function areaAt(
  scores: Float64Array,
  order: Int32Array,
  labels: Float64Array,
  runs: readonly (readonly [number, number])[],
  tolerance: number,
): number {
  const count = scores.length;
  const border = Math.floor(tolerance / 2);
  // How much a row counts as anomalous, and which anomaly it belongs to; anomalies whose borders meet are one.
  const weight = labels.slice();
  const part = new Int32Array(count).fill(-1);
  let parts = -1;
  let reach = -1;
  for (const [first, last] of runs) {
    if (first - border > reach || parts < 0) parts++;
    reach = last + border;
    for (let i = Math.max(0, first - border); i <= Math.min(count - 1, last + border); i++) part[i] = parts;
    for (let away = 1; away <= border; away++) {
      const side = Math.sqrt(1 - away / tolerance);
      if (first - away >= 0) weight[first - away] = weight[first - away]! + side;
      if (last + away < count) weight[last + away] = weight[last + away]! + side;
    }
  }
  for (let i = 0; i < count; i++) weight[i] = Math.min(1, weight[i]!);
  const touched = new Uint8Array(parts + 1);
  const anomalous = labels.reduce((sum, label) => sum + label, 0);
  let [taken, hits, borders, touches, recallBefore, area] = [0, 0, 0, 0, 0, 0];
  for (let step = 0; step < THRESHOLDS; step++) {
    const threshold = scores[order[Math.floor((step * (count - 1)) / (THRESHOLDS - 1))]!]!;
    for (; taken < count && scores[order[taken]!]! >= threshold; taken++) {
      const row = order[taken]!;
      hits += weight[row]!;
      if (labels[row] !== 1) borders += weight[row]!;
      const own = part[row]!;
      if (own >= 0 && touched[own] === 0) {
        touched[own] = 1;
        touches++;
      }
    }
    const recall = Math.min(1, hits / (anomalous + borders / 2)) * (touches / (parts + 1));
    area += (recall - recallBefore) * (hits / taken);
    recallBefore = recall;
  }
  return area;
}
